package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"backchannel": main, "backchannel-floor": floorMain})
}

// TestScripts drives the program as a user would. Each file of testdata/script is one story.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			return os.CopyFS(e.WorkDir+"/harborlane", os.DirFS("testdata/demo"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"jsonlines": jsonLines,
			"waitfor":   waitForURL,
			"replace":   replaceInFile,
		},
	})
}

// jsonLines checks that every line of a file is one JSON object: jsonlines FILE.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: jsonlines FILE")
	}
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		n++
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			ts.Fatalf("line %d is not a JSON object: %v\n%s", n, err, line)
		}
	}
	if n == 0 {
		ts.Fatalf("no lines")
	}
}

// waitForURL asks an address until its body has a text: waitfor URL TEXT [QUESTION]. With a question it is asked.
func waitForURL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: waitfor URL TEXT [QUESTION]")
	}
	last := ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		body, err := fetch(args[0], args[2:])
		last = body
		if err != nil {
			last = err.Error()
		} else if strings.Contains(body, args[1]) {
			return
		}
	}
	ts.Fatalf("%s never had %q; at last: %s", args[0], args[1], last)
}

func fetch(url string, question []string) (string, error) {
	client := http.Client{Timeout: 5 * time.Second}
	var resp *http.Response
	var err error
	if len(question) > 0 {
		body, merr := json.Marshal(map[string]string{"id": "1", "text": question[0]})
		if merr != nil {
			return "", merr
		}
		resp, err = client.Post(url, "application/json", bytes.NewReader(body))
	} else {
		resp, err = client.Get(url)
	}
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return string(text), err
}

// replaceInFile edits a file: replace FILE OLD NEW.
func replaceInFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	path, old := ts.MkAbs(args[0]), ts.ReadFile(args[0])
	if !strings.Contains(old, args[1]) {
		ts.Fatalf("%s lacks %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(path, []byte(strings.Replace(old, args[1], args[2], 1)), 0o644))
}
