package celery

import (
	"slices"
	"strconv"
	"strings"
)

// multi reads `celery multi start w1 -A app -c 4`, for one node (celery/apps/multi.py). There a long flag has its value
// after an equals sign: a word by itself is a node. -c:1 and -c:w1 are of one node.
func (p *commandLine) multi() {
	word, ok := p.next()
	if !ok || !slices.Contains([]string{"start", "restart"}, word.text) {
		p.fail("multi %s: starts no worker: want \"celery multi start\"", word.text)
		return
	}
	p.keep(word)
	var nodes []string
	for {
		word, ok := p.next()
		switch {
		case !ok:
			p.oneNode(nodes)
			return
		case word.redirects:
			p.keep(word)
		case strings.HasPrefix(word.text, "--"):
			name, _, given := strings.Cut(word.text, "=")
			if f := lookup(name); f != nil && f.takes && !given {
				p.fail("%s: celery multi takes the next word for a node: write %s=...", name, name)
				return
			}
			p.long(word)
		case len(word.text) > 1 && word.text[0] == '-':
			if flag, _, of := strings.Cut(word.text, ":"); of && len(flag) == 2 {
				word.text, word.written = flag, flag // there is one node, or an error
			}
			p.short(word)
		default:
			nodes = append(nodes, word.text)
			p.line.parts = append(p.line.parts, part{written: word.written, flag: lookup(nameFlag)})
		}
	}
}

// oneNode takes the name of the node.
func (p *commandLine) oneNode(nodes []string) {
	n := len(nodes)
	if n == 1 {
		if count, err := strconv.Atoi(nodes[0]); err == nil {
			n, nodes[0] = count, "celery"+nodes[0] // a number of nodes: celery1, celery2, ..
		}
	}
	switch {
	case n == 0:
		p.fail("multi: no node: want \"celery multi start NAME\"")
	case n > 1:
		p.fail("multi: %d nodes: want the line of each worker by itself: \"celery -A app worker ...\"", n)
	case strings.HasPrefix(nodes[0], "$"):
		p.fail("%q: a variable of the shell, whose value is unknown: write the name of the node", nodes[0])
	default:
		p.line.Says.Name, p.line.host, _ = strings.Cut(nodes[0], "@")
	}
}
