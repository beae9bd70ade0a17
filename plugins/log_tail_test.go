package plugins

import (
	"strings"
	"testing"
)

func TestLogTail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "a\n\n\nb\n": "a\n\nb", "\x1b[1;31mred\x1b[0m \x1b]0;title\x07x": "red x", "1%\r50%\r100%\r\nend": "100%\nend",
		strings.Repeat("l\n", 40): strings.TrimSuffix(strings.Repeat("l\n", 15), "\n"), "\x00\x07a\xffb": "a\ufffdb",
	} {
		if got := LogTail(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := LogTail(strings.Repeat("宽", 100)); len(got) > tailWidth+4 || !strings.HasSuffix(got, "…") {
		t.Errorf("%q", got)
	}
	if got := LogTail(strings.Repeat("x", 1<<20)); len(got) > tailWidth+4 {
		t.Error(len(got))
	}
}

func FuzzLogTail(f *testing.F) {
	f.Add("a\x1b[31mb\r\nc")
	f.Fuzz(func(t *testing.T, text string) {
		got := LogTail(text)
		if strings.Contains(got, "\x1b") || strings.Count(got, "\n") >= tailLines {
			t.Errorf("%q", got)
		}
	})
}
