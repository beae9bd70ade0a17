package job

import (
	"cmp"
	"slices"
)

// Line is a tenant's jobs that are due, best first.
type Line struct {
	Tenant string
	Turn   int64   // of the tenant's job that was taken last; 0: none is known
	Jobs   []int64 // ids
}

// Pick chooses at most n jobs from the lines of one kind, one of each line in turn, beginning with the tenant that
// was served longest ago; tenants of one turn go in the order of their first jobs' ids. The result is in the order
// in which turns are to be given.
func Pick(lines []Line, n int) []int64 {
	lines = slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { return len(l.Jobs) == 0 })
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Turn, b.Turn), cmp.Compare(a.Jobs[0], b.Jobs[0]))
	})
	var out []int64
	for round := 0; len(out) < n; round++ {
		more := false
		for _, l := range lines {
			if round < len(l.Jobs) && len(out) < n {
				out = append(out, l.Jobs[round])
				more = true
			}
		}
		if !more {
			break
		}
	}
	return out
}
