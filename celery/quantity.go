package celery

// Kind is what a value looks like.
type Kind uint8

// Kinds of values.
const (
	Whole    Kind = iota // int
	Duration             // des.Time
	Size                 // int64, bytes
	Share                // float64
	YesNo                // bool
	Word                 // string, one of a few
)

// Quantity is a kind of value with its bounds.
type Quantity struct {
	Kind     Kind
	Min, Max int      // of Whole
	Positive bool     // more than 0
	Words    []string // of Word
}
