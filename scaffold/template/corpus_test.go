//go:build corpus

package template_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// TestCorpus compares with the answers of nunjitsu below $SHARED/corpus. TEMPLATE_MIN is the share that must agree.
func TestCorpus(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		t.Fatal("SHARED must name the folder of the shared material")
	}
	least, err := strconv.ParseFloat(os.Getenv("TEMPLATE_MIN"), 64)
	if err != nil {
		least = 1
	}
	for _, name := range []string{"expressions/dev.jsonl", "template-steps/cases.jsonl"} {
		data, err := os.ReadFile(filepath.Join(shared, "corpus", name))
		if err != nil {
			t.Fatal(err)
		}
		all, agree := 0, 0
		last := lastOf(data)
		lines := bufio.NewScanner(bytes.NewReader(data))
		lines.Buffer(nil, 1<<22)
		for line := 0; lines.Scan(); line++ {
			c := readCase(t, lines.Bytes())
			if last[c.id] != line { // an id that is given again has the answer of its last case
				continue
			}
			all++
			if c.agrees(t) {
				agree++
			}
		}
		t.Logf("%s: agrees with %d of %d cases", name, agree, all)
		if float64(agree) < least*float64(all) {
			t.Errorf("%s: less than %.1f %% agree", name, 100*least)
		}
	}
}

// lastOf maps ids to the last line that has them.
func lastOf(data []byte) map[string]int {
	out := map[string]int{}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if v, err := template.ParseJSON(line); err == nil {
			out[v.Get("id").String()] = i
		}
	}
	return out
}
