package des

import (
	"encoding/binary"
	"errors"
)

// What is counted travels between processes as bytes: a run that was made elsewhere counts like one made here, to the
// last bit.

var errCutShort = errors.New("cut short")

// MarshalBinary implements encoding.BinaryMarshaler.
func (s Sum) MarshalBinary() ([]byte, error) { return s.append(nil), nil }

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (s *Sum) UnmarshalBinary(data []byte) error {
	r := reader{data: data}
	s.read(&r)
	return r.end()
}

func (s *Sum) append(b []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, s.hi), s.lo)
}

func (s *Sum) read(r *reader) { s.hi, s.lo = r.unsigned(), r.unsigned() }

// MarshalBinary implements encoding.BinaryMarshaler.
func (a *Area) MarshalBinary() ([]byte, error) {
	b := a.sum.append(nil)
	for _, v := range []int64{int64(a.from), int64(a.since), int64(a.level), int64(a.most)} {
		b = binary.AppendVarint(b, v)
	}
	return b, nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (a *Area) UnmarshalBinary(data []byte) error {
	r := reader{data: data}
	a.sum.read(&r)
	a.from, a.since, a.level, a.most = Time(r.signed()), Time(r.signed()), int(r.signed()), int(r.signed())
	return r.end()
}

// MarshalBinary implements encoding.BinaryMarshaler. Only buckets with values are written.
func (h *Histogram) MarshalBinary() ([]byte, error) {
	b := h.sum.append(nil)
	for _, v := range []int64{h.n, h.zeros, int64(h.min), int64(h.max)} {
		b = binary.AppendVarint(b, v)
	}
	last := 0
	for i, c := range h.counts {
		if c > 0 {
			at := h.first + i
			b = binary.AppendVarint(binary.AppendUvarint(b, uint64(at-last)), c)
			last = at
		}
	}
	return b, nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (h *Histogram) UnmarshalBinary(data []byte) error {
	r := reader{data: data}
	*h = Histogram{}
	h.sum.read(&r)
	h.n, h.zeros, h.min, h.max = r.signed(), r.signed(), Time(r.signed()), Time(r.signed())
	at := 0
	for len(r.data) > 0 && r.err == nil {
		step, count := r.unsigned(), r.signed()
		if step > uint64(bucketOf(Never)) || count <= 0 {
			return errors.New("not the buckets of a histogram")
		}
		at += int(step)
		if at > bucketOf(Never) {
			return errors.New("not the buckets of a histogram")
		}
		h.cover(at, at)
		h.counts[at-h.first] += count
	}
	return r.end()
}

// reader takes numbers from bytes.
type reader struct {
	data []byte
	err  error
}

func (r *reader) unsigned() uint64 {
	v, n := binary.Uvarint(r.data)
	r.skip(n)
	return v
}

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.data)
	r.skip(n)
	return v
}

func (r *reader) skip(n int) {
	if n <= 0 {
		r.err, r.data = errCutShort, nil
		return
	}
	r.data = r.data[n:]
}

func (r *reader) end() error {
	if r.err == nil && len(r.data) > 0 {
		return errors.New("more than was asked for")
	}
	return r.err
}
