package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/simrun/internal/experiment"
)

// file is what a results folder has for comparisons.
const file = "figures.json"

// Read reads the figures of a results folder.
func Read(folder string) (*experiment.Figures, error) {
	path := filepath.Join(folder, file)
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && planned(folder):
		return nil, fmt.Errorf("%s: what simrun plan wrote, which has no figures of runs: want a folder of simrun run, or a scenario", folder)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no %s in it: want a folder of results that simrun wrote, or a scenario", folder, file)
	case err != nil:
		return nil, err
	}
	var f experiment.Figures
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w: want what simrun writes", path, err)
	}
	if f.Version != experiment.FiguresVersion {
		return nil, fmt.Errorf("%s: version %d: want %d; run the scenario again", path, f.Version, experiment.FiguresVersion)
	}
	of := map[string]int{} // replications of a strategy
	for i := range f.Figures {
		n, strategy := len(f.Figures[i].Rows), f.Figures[i].Strategy
		if n < 1 || n > f.Run.Replications {
			return nil, fmt.Errorf("%s: figures[%d]: %d rows: want one for each replication of its strategy, 1 to %d", path, i, n, f.Run.Replications)
		}
		if of[strategy] == 0 {
			of[strategy] = n
		}
		if n != of[strategy] {
			return nil, fmt.Errorf("%s: figures[%d]: %d rows: want as many as the other figures of %s have, %d", path, i, n, strategy, of[strategy])
		}
	}
	return &f, nil
}

// planned says that a plan lies in a folder.
func planned(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "plan.json"))
	return err == nil
}
