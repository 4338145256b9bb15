package report

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/ascii85"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"example.com/simrun/internal/whatif"
	"example.com/simrun/scenarios"
)

//go:embed whatif.js
var whatIfSource string

//go:embed whatif.css
var whatIfStyle string

//go:embed worker.js
var workerSource string

//go:embed serve.js
var serveSource string

// WhatIf makes a page that answers what happens if something is changed. It asks the engine that it holds or, without
// one, the server that it comes from.
type WhatIf struct {
	Controls []whatif.Control
	Engine   *EmbeddedEngine
	Version  string // of a page that is served: another one takes its place
}

// EmbeddedEngine is the simulator as WebAssembly, with the scenario that it is to answer.
type EmbeddedEngine struct {
	Exec   string // what Go's WebAssembly needs of a browser
	Wasm   []byte // gzipped
	Bundle *scenarios.Bundle
}

// allowed is what the policy of such a page allows besides its scripts.
func (q *WhatIf) allowed() policyOf {
	switch {
	case q == nil:
		return policyOf{}
	case q.Engine != nil:
		return policyOf{script: " 'wasm-unsafe-eval'", rest: "; worker-src blob:"}
	}
	return policyOf{rest: "; connect-src 'self'"}
}

// scripts are those of such a page, after those of every page.
func (q *WhatIf) scripts() []string {
	switch {
	case q == nil:
		return nil
	case q.Engine != nil:
		return []string{whatIfSource}
	}
	return []string{whatIfSource, serveSource}
}

// served is the version of a page that is served.
func (q *WhatIf) served() string {
	if q == nil {
		return ""
	}
	return q.Version
}

// styles are the style sheets of such a page, after those of every page.
func (q *WhatIf) styles() []string {
	if q == nil {
		return nil
	}
	return []string{whatIfStyle}
}

// engineData is the data block of the engine.
type engineData struct {
	Exec    string `json:"exec"`
	Worker  string `json:"worker"`
	Wasm    string `json:"wasm"`   // gzipped, as text
	Bundle  string `json:"bundle"` // likewise
	Version string `json:"version"`
}

// whatIfView is the section of the page.
type whatIfView struct {
	Groups []controlGroup
	Engine *engineData
}

type controlGroup struct {
	Name     string
	Folded   bool
	Controls []controlView
}

type controlView struct {
	whatif.Control
	Element string // id on the page
	Last    int
	Now     string // label of the stop at which the file has it
}

func (q *WhatIf) view(version string) (*whatIfView, error) {
	if q == nil {
		return nil, nil
	}
	v := &whatIfView{}
	for i, c := range q.Controls {
		if len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Name != c.Group {
			v.Groups = append(v.Groups, controlGroup{Name: c.Group, Folded: len(v.Groups) > 1})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Controls = append(g.Controls, controlView{c, fmt.Sprintf("control-%d", i), len(c.Stops) - 1, c.Stops[c.At].Label})
	}
	if e := q.Engine; e != nil {
		bundle, err := packed(e.Bundle)
		if err != nil {
			return nil, err
		}
		v.Engine = &engineData{e.Exec, workerSource, asText(e.Wasm), bundle, version}
	}
	return v, nil
}

// packed is a bundle as a page carries it.
func packed(b *scenarios.Bundle) (string, error) {
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if err := json.NewEncoder(z).Encode(b); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return asText(small.Bytes()), nil
}

// plain takes the place of characters that a script element or JSON would write in six.
var plain = strings.NewReplacer(`"`, "v", `\`, "w", "<", "x", ">", "y", "&", "{", "'", "|")

// asText writes bytes in a sixteenth less than base64 takes: five characters for four bytes (ascii85).
func asText(data []byte) string {
	text := make([]byte, ascii85.MaxEncodedLen(len(data)))
	return plain.Replace(string(text[:ascii85.Encode(text, data)]))
}

//go:embed blank.html
var blankSource string

var blankTemplate = template.Must(template.Must(pageTemplate.Clone()).New("blank").Parse(blankSource))

// Blank writes what a server shows before there is a report.
func Blank(w io.Writer, title, build string) error {
	served := &WhatIf{}
	v := struct {
		frame
		Served string
	}{framed(title, build, ownStyles(styleSource, whatIfStyle), ownScripts(serveSource), served.allowed()), "0"}
	if err := blankTemplate.Execute(w, v); err != nil {
		return fmt.Errorf("report: blank: %w", err)
	}
	return nil
}
