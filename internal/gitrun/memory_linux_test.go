package gitrun

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
)

// TestBranchesWithoutEnd: a host that never stops listing branches is given up when git holds too many of them, long
// before the time is over.
func TestBranchesWithoutEnd(t *testing.T) {
	s := gitruntest.New(t)
	at := address(t, s.Repo("acme/pay", map[string]string{"f": "1"}).URL)
	r := runner(t, Options{MaxMemory: 64 << 20, Timeout: 5 * time.Minute}, s)
	if _, err := r.Head(t.Context(), at, Credential{}, ""); err != nil {
		t.Fatal(err)
	}
	s.Hook(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
		fmt.Fprint(w, "001e# service=git-upload-pack\n0000")
		for i := 1; ; i++ {
			line := fmt.Sprintf("%040x refs/heads/b%d\n", i, i)
			if _, err := fmt.Fprintf(w, "%04x%s", len(line)+4, line); err != nil {
				return true
			}
		}
	})
	_, err := r.Head(t.Context(), at, Credential{}, "")
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "more memory than git may have") {
		t.Error(err)
	}
}
