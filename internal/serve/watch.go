package serve

import (
	"context"
	"maps"
	"os"
	"strconv"
	"time"
)

// watch makes the page, and makes it anew when a file changes of which it is made; also while it is being made.
func (s *Server) watch(ctx context.Context) {
	every := s.work.Every
	if every == 0 {
		every = time.Second / 2
	}
	look := time.NewTicker(every)
	defer look.Stop()
	files := s.work.Files
	for version := 1; ctx.Err() == nil; version++ {
		making, stop := context.WithCancel(ctx)
		seen := stamps(files)
		var last map[string]stamp
		read, done := make(chan []string, 1), make(chan struct{})
		go func() {
			defer close(done)
			s.make(making, strconv.Itoa(version), read)
		}()
		for changed := false; !changed; {
			select {
			case <-ctx.Done():
				changed = true
			case files = <-read:
				for path, stamp := range stamps(files) {
					if _, known := seen[path]; !known {
						seen[path] = stamp
					}
				}
			case <-look.C:
				// Only what has been left alone for one look: an editor empties a file before it writes it.
				now := stamps(files)
				for path, stamp := range now {
					changed = changed || seen[path] != stamp
				}
				changed = changed && maps.Equal(now, last)
				last = now
			}
		}
		stop()
		<-done
	}
}

// make makes a page, and tells of it.
func (s *Server) make(ctx context.Context, version string, read chan<- []string) {
	say := func(said string) { s.tell(func(n *news) { n.said, n.wrong = said, false }) }
	page, err := s.work.Make(ctx, version, say, func(files []string) { read <- files })
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.tell(func(n *news) { n.said, n.wrong = err.Error(), true })
	default:
		s.tell(func(n *news) {
			s.page = page
			*n = news{version: version}
		})
	}
}

// stamp is by what a change of a file is noticed.
type stamp struct {
	changed time.Time
	size    int64
}

func stamps(files []string) map[string]stamp {
	all := map[string]stamp{}
	for _, path := range files {
		all[path] = stamp{}
		if info, err := os.Stat(path); err == nil {
			all[path] = stamp{info.ModTime(), info.Size()}
		}
	}
	return all
}
