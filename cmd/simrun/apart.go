package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"example.com/simrun/report"
)

// apart finds files that would be written over one another, or over what is read. Not every file system tells the cases
// of letters apart.
func (o *runOptions) apart(jobs []job) error {
	taken := map[string]string{} // path -> what it is
	for _, j := range jobs {
		taken[fold(j.sc.File)] = "the scenario"
		for _, file := range j.sc.Reads {
			taken[fold(file)] = "read by the scenario"
		}
	}
	for _, j := range jobs {
		for _, name := range report.Names() {
			path := filepath.Join(j.folder, name)
			if what, clash := taken[fold(path)]; clash {
				return fmt.Errorf("cannot write %s: it is %s", path, what)
			}
			taken[fold(path)] = "part of the results"
		}
	}
	for _, out := range []struct{ flag, path string }{{"--tasks", o.tasks}, {"--trace", o.trace}, {"--junit", o.junit}} {
		if out.path == "" {
			continue
		}
		if what, clash := taken[fold(out.path)]; clash {
			return usageError{fmt.Errorf("%s: %q: it is %s", out.flag, out.path, what)}
		}
		taken[fold(out.path)] = "written by " + out.flag
	}
	return nil
}

// spared finds files that would be written over what is read, or over one another.
func spared(writes, reads []string) error {
	taken := map[string]string{}
	for _, path := range reads {
		taken[fold(path)] = "read"
	}
	for _, path := range writes {
		if path == "" {
			continue
		}
		if what, clash := taken[fold(path)]; clash {
			return usageError{fmt.Errorf("cannot write %q: it is %s, too", path, what)}
		}
		taken[fold(path)] = "written"
	}
	return nil
}

// within are the files of folders, or what stands where one should be.
func within(dirs []string) (files []string) {
	for _, dir := range dirs {
		files = append(files, dir)
		found, _ := filepath.Glob(filepath.Join(dir, "*"))
		files = append(files, found...)
	}
	return files
}

// fold is the one name of a path whatever its case, its links followed as far as they lead.
func fold(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if behind, err := filepath.EvalSymlinks(path); err == nil {
		path = behind
	}
	return strings.ToLower(path)
}
