package sim

// line is a first-in first-out line. Once warm it allocates nothing but room for a new longest one.
type line[T any] struct {
	entries []T
	first   int
}

func (l *line[T]) len() int { return len(l.entries) - l.first }

func (l *line[T]) push(e T) { l.entries = append(l.entries, e) }

// front is the first of the line, which must not be empty. It is valid until the line changes.
func (l *line[T]) front() *T { return &l.entries[l.first] }

func (l *line[T]) pop() T {
	e := l.entries[l.first]
	l.first++
	switch {
	case l.first == len(l.entries):
		l.entries, l.first = l.entries[:0], 0
	case l.first > 64 && 2*l.first > len(l.entries):
		l.entries = l.entries[:copy(l.entries, l.entries[l.first:])]
		l.first = 0
	}
	return e
}
