package celery

import "example.com/simrun/worker"

// access is how a setting is read and written.
type access[W, C any] struct {
	given func(*W) any
	set   func(*W, any)
	of    func(*C, func(int) string) any
	put   func(*C, any)
}

// row joins a setting and its access.
func row[W, C any](a access[W, C], s Setting[W, C]) Setting[W, C] {
	s.Given, s.Set, s.Of, s.Put = a.given, a.set, a.of, a.put
	return s
}

// field is a setting that runs as it is written.
func field[W, C any, T comparable](written func(*W) **T, runs func(*C) *T) access[W, C] {
	return access[W, C]{
		given: func(w *W) any {
			if p := *written(w); p != nil {
				return *p
			}
			return nil
		},
		set: func(w *W, v any) { *written(w) = new(v.(T)) },
		of:  func(c *C, _ func(int) string) any { return *runs(c) },
		put: func(c *C, v any) {
			var none T
			if v != nil {
				none = v.(T)
			}
			*runs(c) = none
		},
	}
}

// orNone is a field that is none where it is zero.
func orNone[W, C any, T comparable](written func(*W) **T, runs func(*C) *T) access[W, C] {
	a := field(written, runs)
	a.of = func(c *C, _ func(int) string) any {
		var none T
		if v := *runs(c); v != none {
			return v
		}
		return nil
	}
	return a
}

// word is one of a few names, which T has by its number.
func word[W, C any, T ~uint8](written func(*W) *string, runs func(*C) *T, names []string) access[W, C] {
	return access[W, C]{
		given: func(w *W) any {
			if s := *written(w); s != "" {
				return s
			}
			return nil
		},
		set: func(w *W, v any) { *written(w) = v.(string) },
		of:  func(c *C, _ func(int) string) any { return names[*runs(c)] },
		put: func(c *C, v any) {
			for i, name := range names {
				if name == v {
					*runs(c) = T(i)
				}
			}
		},
	}
}

// queues is a list of queues: by name as it is written, by number as it runs.
func queues(written func(*Worker) *[]string, runs func(*worker.Config) []int) access[Worker, worker.Config] {
	return access[Worker, worker.Config]{
		given: func(w *Worker) any {
			if names := *written(w); names != nil {
				return names
			}
			return nil
		},
		set: func(w *Worker, v any) { *written(w) = v.([]string) },
		of: func(c *worker.Config, name func(int) string) any {
			var names []string
			for _, q := range runs(c) {
				names = append(names, name(q))
			}
			if names == nil {
				return nil
			}
			return names
		},
	}
}
