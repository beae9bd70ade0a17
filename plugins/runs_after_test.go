package plugins

import (
	"testing"
	"time"
)

// TestWhoseRunItIsStays: a webhook names people in full and an answer by their login; the news of a build is one.
func TestWhoseRunItIsStays(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	was := Run{Provider: "ci", Project: "p", ID: "1", State: RunFailed, Author: "Ann Li", Started: at, Ended: at, Seen: at}
	heard := was
	heard.Author, heard.Seen = "ann", at.Add(time.Minute)
	if next, fresh := heard.After(was); fresh || next.Author != "Ann Li" {
		t.Errorf("%q, new: %v", next.Author, fresh)
	}
	heard.Attempt = 1
	if next, fresh := heard.After(was); !fresh || next.Author != "ann" {
		t.Errorf("of another attempt: %q, new: %v", next.Author, fresh)
	}
}
