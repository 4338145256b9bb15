package shards

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// Share is which part of the cells a process computes: Part of Of, from 1. The zero Share computes none.
type Share struct{ Part, Of int }

// mostShares bounds the parts that cells are dealt to.
const mostShares = 10_000

// ParseShare reads "3/16".
func ParseShare(s string) (Share, error) {
	part, of, found := strings.Cut(s, "/")
	p, err1 := strconv.Atoi(part)
	n, err2 := strconv.Atoi(of)
	if !found || err1 != nil || err2 != nil || p < 1 || n < p || n > mostShares {
		return Share{}, fmt.Errorf("%q: want PART/OF, such as 3/16: the part from 1, of at most %d", s, mostShares)
	}
	return Share{p, n}, nil
}

func (s Share) String() string { return fmt.Sprintf("%d/%d", s.Part, s.Of) }

// deals says whether a cell is in the share, by its number.
func (s Share) deals(n int) bool { return s.Of > 0 && s.part(n) == s.Part }

// part is the part of as many that a cell is dealt to.
func (s Share) part(n int) int { return n%s.Of + 1 }

// first is the number of the first cell of a batch. Batches begin with different parts, so that small ones do not all go to
// the first.
func first(src cells.Source, b *experiment.Batch) int {
	n := b.Round
	if b.Variant != experiment.Alone {
		return n + int(b.Variant)
	}
	for _, digit := range src.Scenario[:4] { // as good as random
		n = 16*n + int(digit)
	}
	return n
}

// Shard is the backend of one process: it computes its share, and takes the rest from the store.
type Shard struct {
	share Share
	store *Store
	local experiment.Backend

	mu       sync.Mutex
	computed int
	lacks    map[int]int // by part: cells that it has not computed
}

// New is a backend over what a store has.
func New(share Share, store *Store, local experiment.Backend) *Shard {
	return &Shard{share: share, store: store, local: local, lacks: map[int]int{}}
}

// Computed is the number of cells that were computed here.
func (s *Shard) Computed() int { return s.computed }

// Lacks says what is missing of a round, by the part that it is dealt to.
func (s *Shard) Lacks(m *experiment.Missing) string {
	var parts []string
	for _, p := range slices.Sorted(maps.Keys(s.lacks)) {
		parts = append(parts, fmt.Sprintf("%d of part %s", s.lacks[p], Share{p, max(1, s.store.parts)}))
	}
	return fmt.Sprintf("missing in round %d: %s (%s); run these parts again, then merge", m.Round,
		units.Plural(m.Cells, "cell", "cells"), strings.Join(parts, ", "))
}

// Width implements experiment.Backend: whatever does not wait for a decision is part of the present round.
func (s *Shard) Width() int { return 1 << 10 }

// Compute implements experiment.Backend.
func (s *Shard) Compute(ctx context.Context, b *experiment.Batch) error {
	src, variant := s.store.Of(b)
	keys := make([]string, len(b.Cells))
	begin := first(src, b)
	own := *b
	own.Cells = nil
	var mine []string
	s.mu.Lock()
	for i := range b.Cells {
		keys[i] = src.Key(variant, &b.Cells[i])
		if s.store.there[keys[i]] == nil && s.share.deals(begin+i) {
			own.Cells, mine = append(own.Cells, b.Cells[i]), append(mine, keys[i])
		}
	}
	s.mu.Unlock()
	if len(mine) > 0 {
		var failed error
		own.Take = func(i int, o *experiment.Outcome) {
			data, err := cells.Encode(o)
			if err != nil {
				failed = err
				return
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.store.add(mine[i], data)
			s.computed++
		}
		if err := s.local.Compute(ctx, &own); err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
	}
	return s.give(b, keys, begin)
}

// give takes a batch from the store, if all of it is there.
func (s *Shard) give(b *experiment.Batch, keys []string, begin int) error {
	found := make([][]byte, len(keys))
	missing := 0
	s.mu.Lock()
	for i, key := range keys {
		if found[i] = s.store.there[key]; found[i] == nil {
			missing++
			s.lacks[Share{Of: max(1, s.store.parts)}.part(begin+i)]++
		}
	}
	s.mu.Unlock()
	if missing > 0 {
		return &experiment.Missing{Round: b.Round + 1, Cells: missing}
	}
	for i, data := range found {
		o, err := cells.Decode(data)
		if err != nil {
			return fmt.Errorf("cell %s: %w", keys[i][:12], err)
		}
		b.Take(i, o)
	}
	return nil
}
