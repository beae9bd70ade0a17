package quality

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

func (r *Report) codes() []Count {
	n := map[string]int{}
	for _, f := range r.Findings {
		n[f.Code]++
	}
	var out []Count
	for _, code := range slices.Sorted(maps.Keys(n)) {
		out = append(out, Count{code, LevelOf(code), n[code]})
	}
	slices.SortStableFunc(out, func(a, b Count) int { return rank(a.Code) - rank(b.Code) })
	return out
}

func (r *Report) loads() []Load {
	at := map[catalog.Ref]int{}
	var out []Load
	for _, f := range r.Findings {
		i, ok := at[f.Owner]
		if !ok {
			i = len(out)
			at[f.Owner] = i
			out = append(out, Load{Owner: f.Owner})
		}
		if f.Level == Wrong {
			out[i].Wrong++
		} else {
			out[i].Gaps++
		}
	}
	slices.SortStableFunc(out, func(a, b Load) int { return cmp.Or(b.Wrong-a.Wrong, b.Gaps-a.Gaps) })
	return out[:min(len(out), worstCauses)]
}

// worst groups findings by what causes them.
func (r *Report) worst() []Cause {
	type key struct{ code, what string }
	at := map[key]int{}
	var out []Cause
	for _, f := range r.Findings {
		k := key{f.Code, f.cause()}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, Cause{f.Level, f.Code, f.Owner, f.Message, f.File, f.Line, f.Field, 0})
		}
		if out[i].Count++; out[i].Owner != f.Owner {
			out[i].Owner = catalog.Ref{}
		}
	}
	slices.SortStableFunc(out, func(a, b Cause) int {
		return cmp.Or(int(a.Level)-int(b.Level), b.Count*weight(b.Code)-a.Count*weight(a.Code), rank(a.Code)-rank(b.Code))
	})
	return out[:min(len(out), worstCauses)]
}

// weight is how much a finding counts beside others: a file that cannot be read may hold many entities, and a team
// without people answers for all that it owns.
func weight(code string) int {
	switch code {
	case catalog.ProblemUnreadable:
		return 8
	case catalog.ProblemInvalid, NoMembers:
		return 4
	case DanglingOwner, NoOwner, catalog.ProblemStale, catalog.ProblemDuplicate:
		return 2
	default:
		return 1
	}
}

// cause tells findings apart that are mended apart.
func (f *Finding) cause() string {
	switch f.Code {
	case DanglingOwner, catalog.ProblemDangling: // what does not exist
		return f.Message
	case NoDocs, NoSource, NoOnCall, catalog.ProblemInferredOwner, catalog.ProblemOrphaned:
		return f.Owner.String()
	case NoOwner: // they are mended in their file
		return f.File
	default:
		return fmt.Sprint(f.File, ":", f.Line, ":", f.Message)
	}
}
