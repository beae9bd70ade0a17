//go:build corpus

package backstage

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCorpusRoundTrip imports the shared company from our own read API and compares it with its files.
func TestCorpusRoundTrip(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		t.Fatal("SHARED is not set")
	}
	roundTrip(t, filepath.Join(shared, "qa", "catalog"))
}
