package report

import (
	"os"
	"testing"
)

func TestLook(t *testing.T) {
	_, r := fixture()
	os.MkdirAll("/tmp/look", 0o755)
	for _, p := range Plots(r) {
		b, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile("/tmp/look/"+p.File+".svg", b, 0o644)
		b, err = p.PNG()
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile("/tmp/look/"+p.File+".png", b, 0o644)
	}
	os.WriteFile("/tmp/look/t.txt", []byte(Text(r, 100, false)), 0o644)
	os.WriteFile("/tmp/look/t.md", []byte(Markdown(r)), 0o644)
}
func TestPage(t *testing.T) {
	sc, r := fixture()
	f, _ := os.Create("/tmp/look/report.html")
	if err := HTML(f, sc, r); err != nil {
		t.Fatal(err)
	}
	f.Close()
}
func TestIndex(t *testing.T) {
	_, r := fixture()
	f, _ := os.Create("/tmp/look/index.html")
	es := []Entry{{"priority", r}, {"other one", r}}
	if err := IndexHTML(f, es); err != nil {
		t.Fatal(err)
	}
	f.Close()
	os.WriteFile("/tmp/look/s.txt", []byte(SummaryText(es, 100, false)+SummaryMarkdown(es)), 0o644)
}
