package remote

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestListingOnDisk writes a list of files as it is kept, and reads it back.
func TestListingOnDisk(t *testing.T) {
	want := []Entry{
		{Path: "a b.txt", ID: "1", Size: 3, Kind: File}, {Path: "gradlew", ID: "2", Size: -1, Kind: File, Exec: true}, {Path: "link", ID: "3", Size: 1, Kind: Link},
	}
	l, err := decodeListing(NewListing(want).encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, l.Entries()); diff != "" {
		t.Error(diff)
	}
	for i, mode := range []fs.FileMode{0o444, 0o555, 0o444 | fs.ModeSymlink} {
		if got := fileInfo(want[i].Path, want[i]).Mode(); got != mode {
			t.Errorf("%s has the mode %v", want[i].Path, got)
		}
	}
}
