package web

import (
	"strings"
	"testing"
)

func TestParts(t *testing.T) {
	t.Parallel()
	long := "<p>" + strings.Repeat("word ", manyParts/5) + "</p>\n"
	for _, c := range []struct{ name, body, want string }{
		{"short", "<h2>a</h2><p>b</p>", "<h2>a</h2><p>b</p>"},
		{"without headings", long, long},
		{
			"sections", "<h1>t</h1>\n" + long + "<h2 id=a>a</h2>\n<p>x<br>y<img src=z></p>\n<h3>b</h3><p>c</p>",
			"<h1>t</h1>\n" + long + "<div class=\"bc-part bc-h2 bc-size0\"><h2 id=a>a</h2>\n<p>x<br>y<img src=z></p>\n</div>\n<div class=\"bc-part bc-h3 bc-size0\"><h3>b</h3><p>c</p></div>\n",
		},
		{"inside something", long + "<div><h2>a</h2></div>", long + "<div><h2>a</h2></div>"},
		{"a long section", "<h2>a</h2>" + long, "<div class=\"bc-part bc-h2 bc-size5\"><h2>a</h2>" + long + "</div>\n"},
		{"not closed", long + "<h2>a</h2><div>", long + "<h2>a</h2><div>"},
		{"closed twice", long + "<h2>a</h2></div>", long + "<h2>a</h2></div>"},
		{"crossed", long + "<h2>a</h2><b><i></b></i>", long + "<h2>a</h2><b><i></b></i>"},
	} {
		if got := string(inParts([]byte(c.body))); got != c.want {
			t.Errorf("%s: %s", c.name, got[max(0, len(got)-200):])
		}
	}
}

// FuzzParts adds elements around sections and changes nothing else.
func FuzzParts(f *testing.F) {
	for _, seed := range []string{"<h2>a</h2><p>b", "</div><h3>", "<h2><h2></h2></h2>", "<!-- <h2> --><h2>x</h2>", "<svg><h2/></svg><h2>", "<h2", "<textarea><h2></textarea><h2>a</h2>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		body := strings.Repeat("x", manyParts) + s
		out := string(inParts([]byte(body)))
		for size := range "0123456" {
			for _, name := range []string{"h2", "H2", "h3", "H3"} {
				out = strings.ReplaceAll(out, `<div class="bc-part bc-`+name+` bc-size`+string(rune('0'+size))+`">`, "\x00")
			}
		}
		begun := strings.Count(out, "\x00") - strings.Count(body, "\x00")
		if begun == 0 {
			return
		}
		if closed := strings.Count(out, "</div>\n") - strings.Count(body, "</div>\n"); closed < begun && !strings.HasSuffix(body, "\n") {
			t.Errorf("%q gives %q", s, out)
		}
		if kept := strings.NewReplacer("\x00", "", "</div>\n", "").Replace(out); kept != strings.NewReplacer("\x00", "", "</div>\n", "").Replace(body) {
			t.Errorf("%q gives %q", s, out)
		}
	})
}
