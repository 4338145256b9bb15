// Package scenarios is the input of simrun: the yaml files that ship, and the reader that checks them, fills in what
// they leave out and makes one Scenario of each. It also writes the JSON Schema of the format.
//
// One table (grammar*.go) holds every key with its meaning, its shape and its default. The reader, its "did you mean"
// and the schema are made of that table, so they cannot disagree. A file goes through it in this order: YAML to values
// with places (parse), every value by itself (check), extends merged (merge), what is missing (complete), defaults
// (fill), and the resolved Scenario (decode*). Everything wrong with a file is found in one reading; each problem says
// where it is written, what was found and what is allowed.
//
// Start with these three files: read.go, the way of a file from top to bottom; grammar.go with one of grammar_*.go, what a
// row says; and bind.go, how a row's value gets into its field. value.go and parse.go are the file as values with places,
// shape.go what a value may look like, problem.go the messages. decode_*.go hold what is more than taking a value over,
// sweep*.go the grid, files.go, observed.go and record.go what the scenario names.
//
// The package must not know how anything is simulated, and no YAML type leaves it.
//
//	s, err := scenarios.Read("scenarios/priority.yaml")
//	if err != nil {
//		fmt.Fprintln(os.Stderr, err) // FILE:LINE:COL: path: message, one a line
//		os.Exit(1)
//	}
//	for _, l := range s.Layouts {
//		fmt.Println(l.Name, l.Slots())
//	}
package scenarios
