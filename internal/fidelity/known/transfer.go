package known

import (
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"
)

// Transfer is how far p95 figures were off that were predicted from the log of one layout for another, as [ModelError] is
// from exact input, and the kind of tasks that were compared.
func Transfer(cpuHeavy, hangs bool) (p95 float64, kind string) {
	kind = "sleeping"
	switch {
	case hangs:
		kind = "hanging"
	case cpuHeavy:
		kind = "computing"
	}
	return transfers()[kind], "from the log of another layout, " + kind + " tasks"
}

//go:embed transfer.csv
var transferSource string

// transfers is the table by kind, each share as nine of ten of the figures were within it.
var transfers = sync.OnceValue(func() map[string]float64 {
	rows, err := csv.NewReader(strings.NewReader(transferSource)).ReadAll()
	if err != nil {
		panic("known: " + err.Error()) // the table is ours, and a test reads it
	}
	all := map[string]float64{}
	for _, row := range rows[1:] {
		if all[row[0]], err = strconv.ParseFloat(row[2], 64); err != nil {
			panic("known: " + err.Error())
		}
	}
	return all
})
