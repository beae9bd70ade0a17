package quality_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// view reads the descriptor files of a folder of testdata into a view, as a source and a store would hand them on:
// invalid documents become problems of their file, and a repeated reference is a duplicate.
func view(t *testing.T, folder string, change func(*catalog.Entity)) search.View {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v", folder, err)
	}
	changes := catalog.Changes{Generation: 7, Full: true, Problems: map[string][]catalog.Problem{}, Checked: map[string]time.Time{}}
	first := map[catalog.Ref]*catalog.Entity{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(name)
		for _, d := range descriptor.Read(base, data, descriptor.Options{Origin: "test"}) {
			for _, e := range d.Errors {
				changes.Problems[base] = append(changes.Problems[base], catalog.Problem{Code: catalog.ProblemInvalid, Field: e.Path, Line: e.Line, Message: e.Message})
			}
			if !d.OK {
				continue
			}
			if was := first[d.Entity.Ref]; was != nil {
				changes.Problems[base] = append(changes.Problems[base], catalog.Problem{
					Code: catalog.ProblemDuplicate, Field: "metadata.name", Line: d.Line,
					Message: fmt.Sprintf("%s is already defined at %s:%d, which counts", d.Entity.Ref, was.Source.Location, was.Source.Line),
				})
				continue
			}
			first[d.Entity.Ref] = d.Entity
			if change != nil {
				change(d.Entity)
			}
			changes.Upserts = append(changes.Upserts, d.Entity)
		}
	}
	r := search.NewReader(changes, nil, search.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	t.Cleanup(func() { r.Close() })
	return r.For(catalog.Viewer{})
}

// gone marks the person who left as a store does.
func gone(e *catalog.Entity) {
	if e.Ref.Name == "left" {
		e.Problems = append(e.Problems, catalog.Problem{Code: "orphaned", Message: "its source no longer has it"})
	}
}

func lines(fs []quality.Finding) []string {
	var out []string
	for _, f := range fs {
		owner := "-"
		if !f.Owner.IsZero() {
			owner = f.Owner.Short("group")
		}
		out = append(out, fmt.Sprintf("%s %s:%d %s %s", owner, f.File, f.Line, f.Level, f.Code))
	}
	return out
}

func onCallOf(team string) quality.OnCall {
	return func(services []string, groups []catalog.Ref) bool {
		return slices.Contains(services, "P1") || slices.Contains(groups, catalog.MakeRef("group", "", team))
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	r := quality.Check(view(t, "company", gone), quality.Options{OnCall: onCallOf("checkout")})
	want := []string{
		"checkout checkout.yaml:31 wrong invalid",
		"checkout copy.yaml:1 wrong duplicate",
		"checkout checkout.yaml:14 wrong dangling",
		"checkout checkout.yaml:14 gap no-docs",
		"empty people.yaml:14 wrong no-members",
		"empty other.yaml:1 gap no-on-call",
		"empty other.yaml:1 gap no-docs",
		"empty other.yaml:1 gap no-source",
		"ghosts other.yaml:10 wrong dangling-owner",
		"ghosts other.yaml:10 gap no-docs",
		"ghosts other.yaml:10 gap no-source",
		"user:left people.yaml:21 wrong orphaned",
		"- other.yaml:16 wrong no-owner",
	}
	if got := lines(r.Findings); !slices.Equal(got, want) {
		t.Errorf("findings:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if r.Wrong() != 7 || r.Generation != 7 || r.Files != 4 || r.People != 1 || r.Owners != 2 || r.Teamless != 1 || !r.OnCall {
		t.Errorf("report: wrong %d, %+v", r.Wrong(), *r)
	}
	wantKinds := []quality.Kind{
		{Kind: "Component", Count: 4, Owned: 3, Docs: 1, OnCall: 3, Source: 2},
		{Kind: "Group", Count: 3},
		{Kind: "Template", Count: 1},
		{Kind: "User", Count: 2},
	}
	if !slices.Equal(r.Kinds, wantKinds) {
		t.Errorf("kinds: %+v", r.Kinds)
	}
}

func TestCheckOfOwners(t *testing.T) {
	t.Parallel()
	v := view(t, "company", nil)
	division := catalog.MakeRef("group", "", "division")
	teams := quality.Teams(v, division)
	if len(teams) != 3 || teams[0] != division {
		t.Fatalf("teams: %v", teams)
	}
	r := quality.Check(v, quality.Options{Owners: teams})
	for _, f := range r.Findings {
		if !slices.Contains(teams, f.Owner) {
			t.Errorf("%s belongs to %s", f.Message, f.Owner)
		}
		if f.Code == quality.NoOnCall {
			t.Error("schedules were not connected")
		}
	}
	if r.Wrong() != 3 {
		t.Errorf("%d wrong, want 3:\n%s", r.Wrong(), strings.Join(lines(r.Findings), "\n"))
	}
}

func TestWithoutPeopleATeamCannotBeBlamed(t *testing.T) {
	t.Parallel()
	r := quality.Check(view(t, "peopleless", nil), quality.Options{})
	got := lines(r.Findings)
	want := []string{"crew all.yaml:1 gap no-members"}
	if !slices.Equal(got, want) {
		t.Errorf("findings: %v", got)
	}
	if s := r.Sheet(); s.Verdict != quality.GoWithCare {
		t.Errorf("verdict %s: %v", s.Verdict, s.Reasons)
	}
}

func TestSheet(t *testing.T) {
	t.Parallel()
	s := quality.Check(view(t, "company", gone), quality.Options{}).Sheet()
	if s.Verdict != quality.NoGo {
		t.Errorf("verdict %s: %v", s.Verdict, s.Reasons)
	}
	var reasons []string
	for _, r := range s.Reasons {
		reasons = append(reasons, string(r.Verdict)+": "+r.Text)
	}
	want := []string{
		"no-go: 9 % of the documents cannot be read or are kept from earlier (1)",
		"no-go: 40 % of what needs an owner has none that exists (2)",
		"go with care: 50 % of the owners are teams without active members (1)",
		"go with care: 75 % of the components have no documentation (3)",
		"go with care: no on-call schedules are connected, so \"who is on call\" leads to owners only",
	}
	if !slices.Equal(reasons, want) {
		t.Errorf("reasons:\n%s", strings.Join(reasons, "\n"))
	}
	if len(s.Worst) == 0 || s.Worst[0].Level != quality.Wrong || s.Codes[0].Code != catalog.ProblemInvalid {
		t.Errorf("worst %+v, codes %+v", s.Worst, s.Codes)
	}
	if s.Owners[0].Owner.Name != "checkout" || s.Owners[0].Wrong != 3 {
		t.Errorf("owners: %+v", s.Owners)
	}
}

func TestAnEmptyCatalogIsNoGo(t *testing.T) {
	t.Parallel()
	s := (&quality.Report{}).Sheet()
	if s.Verdict != quality.NoGo || len(s.Reasons) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestAGoodCatalogIsGo(t *testing.T) {
	t.Parallel()
	r := quality.Check(view(t, "good", nil), quality.Options{OnCall: onCallOf("crew")})
	if s := r.Sheet(); s.Verdict != quality.Go || len(r.Findings) != 0 {
		t.Errorf("%s: %v %v", s.Verdict, s.Reasons, lines(r.Findings))
	}
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		share float64
		want  string
	}{{0, "0 %"}, {0.001, "under 1 %"}, {0.5, "50 %"}, {0.995, "over 99 %"}, {1, "100 %"}} {
		if got := quality.Percent(tt.share); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.share, got, tt.want)
		}
	}
}
