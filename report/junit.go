package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"example.com/simrun/internal/experiment"
)

// suite is a <testsuite>: a layout of a scenario. The elements are those that JUnit writes and build servers read
// (github.com/testmoapp/junitxml describes what they have in common).
type suite struct {
	XMLName  xml.Name   `xml:"testsuite"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Cases    []testcase `xml:"testcase"`
}

type testcase struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Failure *failure `xml:"failure"`
}

type failure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
}

// JUnit writes the targets as tests: one for each target of each layout, or only of the one named. What is not surely met
// fails, as it does for --require.
func JUnit(w io.Writer, entries []Entry, only string) error {
	doc := struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []suite
	}{}
	for _, e := range entries {
		for i := range e.Result.Strategies {
			if s := &e.Result.Strategies[i]; only == "" || s.Name == only {
				doc.Suites = append(doc.Suites, suiteOf(e.Result, s))
			}
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	x := xml.NewEncoder(w)
	x.Indent("", "  ")
	if err := x.Encode(doc); err != nil {
		return fmt.Errorf("report: junit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suiteOf(r *experiment.Result, s *experiment.Strategy) suite {
	out := suite{Name: r.Scenario.Name + "/" + s.Name}
	add := func(name string, f *failure) {
		out.Cases = append(out.Cases, testcase{Class: r.Scenario.Name + "." + s.Name, Name: name, Failure: f})
		out.Tests++
		if f != nil {
			out.Failures++
		}
	}
	for _, queue := range untargeted(s) {
		add("queue "+queue, &failure{"fail", "grows without end"})
	}
	for _, b := range s.Breaches {
		add(b.Class+" clearance for "+b.Label, &failure{"fail", fmt.Sprintf("runs without clearance on %d workers", len(b.Workers))})
	}
	for i := range s.Classes {
		c := &s.Classes[i]
		for j := range c.SLO {
			t := &c.SLO[j]
			var f *failure
			switch {
			case r.Verdict.Status == "withheld":
				f = &failure{"withheld", "the verdict is withheld, because a check failed"}
			case t.Verdict != "pass":
				f = &failure{t.Verdict, Target(c.Name, t)}
			}
			add(fmt.Sprintf("%s %s within %s", c.Name, t.Metric.Words(), t.Metric.Show(t.Target)), f)
		}
	}
	return out
}
