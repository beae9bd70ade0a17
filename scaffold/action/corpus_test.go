//go:build corpus

package action

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// TestCorpusActions counts which actions real templates use, and how many of their steps we have an action for.
func TestCorpusActions(t *testing.T) {
	least, err := strconv.Atoi(os.Getenv("ACTIONS_MIN"))
	if err != nil {
		t.Fatal("ACTIONS_MIN: ", err)
	}
	r, err := Builtin(Deps{})
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(os.Getenv("SHARED"), "corpus", "templates", "*.y*ml"))
	used := map[string]int{}
	whole, steps, have := 0, 0, 0
	for _, file := range files {
		all := true
		for _, name := range actionsOf(t, file) {
			used[name]++
			steps++
			if _, ok := r.Action(name); ok {
				have++
			} else {
				all = false
			}
		}
		if all {
			whole++
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(used), func(a, b string) int { return cmp.Or(used[b]-used[a], strings.Compare(a, b)) }) {
		mark := "have"
		if _, ok := r.Action(name); !ok {
			mark = "miss"
		}
		t.Logf("%4d %s %s", used[name], mark, name)
	}
	t.Logf("actions: %d of %d steps have one; all steps of %d of %d templates do", have, steps, whole, len(files))
	if whole < least {
		t.Errorf("%d templates have all their actions, at least %d did", whole, least)
	}
}

// actionsOf lists the actions of a template's steps, those of several documents together.
func actionsOf(t *testing.T, file string) []string {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := yamldoc.Documents(data, yamldoc.Limits{})
	if err != nil {
		t.Logf("%s: %v", filepath.Base(file), err)
		return nil
	}
	var out []string
	for d := range docs {
		if d.Root.Get("kind").Str() != "Template" || d.Root.At("spec", "steps") == nil {
			continue
		}
		for _, s := range d.Root.At("spec", "steps").Items {
			if name := s.Get("action").Str(); name != "" {
				out = append(out, name)
			}
		}
	}
	return out
}
