package workloads

// Memory is what an attempt does to the memory of the process that runs it, and its message to that of the worker which
// has it, in bytes.
type Memory struct {
	Hold    Dist  // held while it runs; nil = nothing
	Leak    Dist  // kept by the process after it, until the process is replaced; nil = nothing
	Message int64 // held by the worker's own process from the receipt until a slot has it
}

// Any says whether tasks of the class need memory at all.
func (m *Memory) Any() bool { return m.Hold != nil || m.Leak != nil || m.Message > 0 }

// Mean returns what an attempt holds on average, and what it leaves, in bytes.
func (m *Memory) Mean() (hold, leak float64) {
	if m.Hold != nil {
		hold = m.Hold.Mean()
	}
	if m.Leak != nil {
		leak = m.Leak.Mean()
	}
	return hold, leak
}

// Purposes of streams, beside those of Source. Their numbers are part of every seeded result.
const (
	ofHold uint64 = 1<<16 + iota
	ofLeak
)

// Memory draws what an attempt (counted from 1) holds while it runs and what stays in its process, in bytes. As with
// its demands, an attempt needs the same as the first one unless the class is Fresh, and any call may be repeated.
func (s *Source) Memory(ref Ref, attempt int) (hold, leak int64) {
	m := &s.flows[ref.Class].class.Memory
	if !m.Any() {
		return 0, 0
	}
	key := ref.Key
	if attempt > 1 && s.flows[ref.Class].fresh {
		key = key.With(ofFresh).With(uint64(attempt))
	}
	if m.Hold != nil {
		s.scratch.Reset(key.With(ofHold))
		hold = bytes(m.Hold.Draw(s.scratch))
	}
	if m.Leak != nil {
		s.scratch.Reset(key.With(ofLeak))
		leak = bytes(m.Leak.Draw(s.scratch))
	}
	return hold, leak
}

// bytes returns a size as a whole number; a pebibyte is as good as more.
func bytes(x float64) int64 { return int64(min(x, 1<<50)) }
