package plugins

import (
	"slices"
	"strings"
	"time"
)

// Branch is how a branch is, from its runs.
type Branch struct {
	Name    string
	State   RunState // passed or failed, as the finished runs say; "" when none is
	Failing []Run    // the last finished run of each workflow that failed, by name
	Latest  Run      // finished or not
	Going   []Run    // those that are not finished, newest first
	Turn    Run      // the run that brought State about; of a state that lasts longer than is known, the oldest known
	Seen    bool     // the run before Turn was otherwise, so that State began with it
	Last    Run      // the last finished run
}

// forgotten is how long the last run of a workflow counts when others of its branch go on: it may have been removed.
const forgotten = 7 * 24 * time.Hour

// BranchOf returns how a branch is. The runs are those of one project, in any order.
func BranchOf(runs []Run, name string) Branch {
	b := Branch{Name: name}
	var finished []Run
	for _, r := range runs {
		if r.Branch != name {
			continue
		}
		if b.Latest.ID == "" || newer(r, b.Latest) < 0 {
			b.Latest = r
		}
		switch {
		case !r.State.Finished():
			b.Going = append(b.Going, r)
		case r.State != RunCanceled:
			finished = append(finished, r)
		}
	}
	slices.SortFunc(b.Going, newer)
	slices.SortFunc(finished, func(x, y Run) int { return -newer(x, y) })
	last := map[string]Run{}
	for _, r := range finished {
		last[r.Name] = r
		state := RunPassed
		for name, l := range last {
			if r.Started.Sub(l.Started) > forgotten {
				delete(last, name)
			} else if l.State == RunFailed {
				state = RunFailed
			}
		}
		if state != b.State {
			b.Seen, b.Turn, b.State = b.State != "", r, state
		}
		b.Last = r
	}
	for _, r := range last {
		if r.State == RunFailed {
			b.Failing = append(b.Failing, r)
		}
	}
	slices.SortFunc(b.Failing, func(x, y Run) int { return strings.Compare(x.Name, y.Name) })
	return b
}

// Branches returns the branches of runs that are given newest first, those with the newest run first.
func Branches(runs []Run) []string {
	var out []string
	for _, r := range runs {
		if r.Branch != "" && !slices.Contains(out, r.Branch) {
			out = append(out, r.Branch)
		}
	}
	return out
}

// Durations are how long the finished runs of one workflow on a branch took, oldest first, at most n of them.
func Durations(runs []Run, branch, name string, n int) []Run {
	var out []Run
	for _, r := range runs {
		if r.Branch == branch && r.Name == name && r.Took() > 0 && (r.State == RunPassed || r.State == RunFailed) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, newer)
	out = out[:min(n, len(out))]
	slices.Reverse(out)
	return out
}
