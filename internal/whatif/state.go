package whatif

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/scenarios"
)

// State says what was moved: stops by the id of their control. What is not in it is as the file has it.
type State map[string]string

// Asker answers what-if questions about one scenario.
type Asker struct {
	Controls []Control

	bundle *scenarios.Bundle
	draft  *scenarios.Draft
}

// New returns who answers questions about a scenario, which comes with the files that it names.
func New(b *scenarios.Bundle) (*Asker, error) {
	sc, err := b.Scenario()
	if err != nil {
		return nil, err
	}
	d, err := sc.Draft()
	if err != nil {
		return nil, err
	}
	return &Asker{Controls: Controls(sc, d), bundle: b, draft: d}, nil
}

// Moved returns the scenario with what was moved, as a file and read. Nothing is in it that its text does not say, so that
// simrun run of the text gives the same figures.
func (a *Asker) Moved(s State) (text string, sc *scenarios.Scenario, err error) {
	d := a.draft
	left := len(s)
	for _, c := range slices.Backward(a.Controls) {
		stop, moved := s[c.ID]
		if !moved {
			continue
		}
		left--
		at := slices.IndexFunc(c.Stops, func(x Stop) bool { return x.Value == stop })
		switch {
		case at < 0:
			return "", nil, fmt.Errorf("%s: %q: want one of its stops", c.Name, stop)
		case at == c.At:
			continue
		}
		if d, err = c.move(d, stop); err != nil {
			return "", nil, err
		}
	}
	if left > 0 {
		return "", nil, fmt.Errorf("%d of what was moved is not of this scenario", left)
	}
	b := d.Bundled(a.bundle)
	sc, err = b.Scenario()
	return string(b.Text), sc, told(err)
}

// told says what is wrong with a scenario that no file holds: places in it would lead nowhere.
func told(err error) error {
	found, ok := err.(scenarios.Errors) //nolint:errorlint // reading wraps nothing
	if !ok {
		return err
	}
	var said []string
	for _, p := range found {
		said = append(said, p.Path+": "+p.Message)
	}
	return fmt.Errorf("%s", strings.Join(said, "; "))
}
