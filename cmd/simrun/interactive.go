package main

import (
	"context"
	"fmt"

	"example.com/simrun/internal/engine"
	"example.com/simrun/internal/whatif"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
)

// mostBundled bounds the files that a page takes along, which everybody has to load who opens it.
const mostBundled = 8 << 20

// interactive gives the page of every job the simulator, and what it takes to simulate the job again.
func interactive(ctx context.Context, files []string, jobs []job) error {
	e, err := engine.Load(ctx)
	if err != nil {
		return fmt.Errorf("--interactive: %w", err)
	}
	for i := range jobs {
		b, sc, err := scenarios.Pack(files[i])
		if err != nil {
			return err
		}
		size := len(b.Text)
		for _, data := range b.Files {
			size += len(data)
		}
		if size > mostBundled {
			return fmt.Errorf("--interactive: %s: %d MiB with the files that it names: want at most %d", files[i], size>>20, mostBundled>>20)
		}
		asker, err := whatif.New(b)
		if err != nil {
			return err
		}
		if sc.SHA256 != jobs[i].sc.SHA256 {
			return fmt.Errorf("--interactive: %s: has changed since it was read", files[i])
		}
		jobs[i].whatIf = &report.WhatIf{
			Controls: asker.Controls,
			Engine:   &report.EmbeddedEngine{Exec: e.Exec, Wasm: e.Wasm, Bundle: b},
		}
	}
	return nil
}
