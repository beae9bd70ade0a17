package fetch

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

// TestBinary compares with what the npm package isbinaryfile 5.0.7 says of the same bytes: of the file in testdata, or
// of the many more that .ci/oracle/actions.mjs makes.
func TestBinary(t *testing.T) {
	name := os.Getenv("BINARY_EXAMPLES")
	if name == "" {
		name = "testdata/isbinaryfile.jsonl"
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	n := 0
	for in.Scan() {
		var e struct {
			Data   []byte
			Binary bool
		}
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		n++
		if got := isBinary(e.Data); got != e.Binary {
			t.Errorf("%q: %v", e.Data, got)
		}
	}
	if err := in.Err(); err != nil || n < 50 {
		t.Fatal(n, err)
	}
	t.Logf("%d examples", n)
}
