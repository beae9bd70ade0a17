package main

import (
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
)

func TestOfNamedFile(t *testing.T) {
	t.Parallel()
	gone := catalog.File{Location: "a/b.yaml", Problems: []catalog.Problem{{Code: catalog.ProblemUnreadable, Message: "no such file"}}}
	there := catalog.File{Location: "a/b.yaml", Hash: [32]byte{1}, Problems: []catalog.Problem{{Code: catalog.ProblemUnreadable, Message: "a target of it"}}}
	for _, tt := range []struct {
		name, origin  string
		files         []catalog.File
		broken, known bool
	}{
		{"gone", "file:./a/b.yaml", []catalog.File{gone}, true, true},
		{"there, with a target that is not", "file:a/b.yaml", []catalog.File{there}, false, true},
		{"nothing changed", "file:a/b.yaml", nil, false, false},
		{"a file of a folder", "file:a", []catalog.File{gone}, false, false},
		{"another type", "git:a/b.yaml", []catalog.File{gone}, false, false},
	} {
		problem, known := ofNamedFile(tt.origin, catalog.Delta{Files: tt.files})
		if (problem != nil) != tt.broken || known != tt.known {
			t.Errorf("%s: %v, %v", tt.name, problem, known)
		}
	}
}
