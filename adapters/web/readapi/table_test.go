package readapi

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// conditions are parts of questions about the company, of each kind of field and operator.
var conditions = []string{
	`{"kind":"component"}`, `{"kind":{"$in":["user","Group"]}}`, `{"kind":"nothing"}`, `{}`, `{"$any":[]}`,
	`{"metadata.name":{"$hasPrefix":"c"}}`, `{"metadata.name":"CHECKOUT"}`, `{"metadata.namespace":"tools"}`, `{"apiVersion":{"$exists":true}}`,
	`{"metadata.tags":"java"}`, `{"metadata.tags.go":"true"}`, `{"metadata.tags":{"$exists":false}}`, `{"metadata.tags":{"$contains":"critical"}}`,
	`{"metadata.labels.tier":"gold"}`, `{"metadata.labels.tier":{"$exists":true}}`, `{"metadata.annotations.github.com/project-slug":{"$hasPrefix":"acme/"}}`,
	`{"spec.type":"service"}`, `{"spec.lifecycle":{"$exists":true}}`, `{"spec.owner":"crew"}`, `{"spec.owner":"group:default/crew"}`, `{"spec.owner":"%%"}`,
	`{"spec.owner":{"$exists":true}}`, `{"spec.sla.note":{"$exists":true}}`, `{"spec.sla.note":"null"}`, `{"spec.sla.tiers.one":"true"}`, `{"spec.sla.hours":4}`,
	`{"relations.ownedBy":"group:default/crew"}`, `{"relations.ownedby":"group:default/ghosts"}`, `{"relations.ownedBy":{"$exists":true}}`,
	`{"relations":{"$contains":{"type":"memberOf"}}}`, `{"relations.unheardOf":"group:default/crew"}`,
	`{"metadata.uid":{"$exists":true}}`, `{"metadata.title":{"$exists":true}}`, `{"metadata.description":{"$hasPrefix":"a"}}`, `{"status.items":"x"}`, `{"owner":"crew"}`,
}

// randomQuery makes a question of some conditions.
func randomQuery(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(3) == 0 {
		return conditions[r.IntN(len(conditions))]
	}
	var parts []string
	for range 1 + r.IntN(3) {
		parts = append(parts, randomQuery(r, depth-1))
	}
	switch r.IntN(4) {
	case 0:
		return `{"$not":` + parts[0] + `}`
	case 1:
		return `{"$any":[` + strings.Join(parts, ",") + `]}`
	default:
		return `{"$all":[` + strings.Join(parts, ",") + `]}`
	}
}

// worth makes every index of a table worth its cost.
func worth(t *table, fields []field) {
	for i := range fields {
		t.pay([]fieldKey{fields[i].id()}, len(t.refs))
	}
}

// TestSets: sets of rows select what a pass over the catalog does, with the dear indexes and without them.
func TestSets(t *testing.T) {
	reader := readerOf(t, parse(t, "https://github.com/acme/all/blob/main/a/catalog-info.yaml", company))
	r := rand.New(rand.NewPCG(1, 2))
	for _, actor := range []string{"staff", "outside"} {
		view := reader.For(viewer(actor))
		both := newTable(view, nil)
		for n := range 600 {
			query := randomQuery(r, 3)
			if n < len(conditions) {
				query = conditions[n]
			}
			p, fields, err := compile(view, []byte(query))
			if err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			var want []string
			for head := range search.Heads(view, "") {
				if p.test(&item{head: head, view: view}) {
					want = append(want, head.Ref.String())
				}
			}
			fresh, all := newTable(view, fields), newTable(view, nil)
			worth(all, fields)
			for name, tab := range map[string]*table{"fresh": fresh, "asked before": both, "everything": all} {
				l := &lookup{table: tab, view: view, indexes: tab.prepare(view, fields)}
				var got []string
				for row := range l.selected(&p).EachSet() {
					got = append(got, tab.refs[row].String())
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%s, %s: %s selects %q, want %q", actor, name, query, got, want)
				}
				if name == "everything" && len(l.lacking) > 0 {
					t.Fatalf("%s: no index of %v", query, l.lacking)
				}
			}
		}
	}
}

// TestSequences: pages forward and back show the selected rows in order, each once, whether the order's field has an
// index or not.
func TestSequences(t *testing.T) {
	reader := readerOf(t, searchtest.Generate(300))
	view := reader.For(viewer("staff"))
	for _, path := range []string{"", "metadata.name", "metadata.title", "spec.type", "metadata.annotations.github.com/project-slug", "relations.ownedBy", "spec.nothing"} {
		for _, desc := range []string{"asc", "desc"} {
			for _, filter := range []string{`{}`, `{"kind":"api"}`, `{"metadata.tags":"tier-1"}`} {
				if path == "" && desc == "desc" {
					continue // the order by reference has one direction
				}
				for _, ready := range []bool{false, true} {
					t.Run(fmt.Sprint(path, desc, filter, ready), func(t *testing.T) {
						q := question{query: []byte(filter), limit: 7, total: true}
						if path != "" {
							q.order = []orderField{{path, desc}}
						}
						walkPages(t, view, &q, ready)
					})
				}
			}
		}
	}
}

// walkPages reads all pages of a question to the end and back.
func walkPages(t *testing.T, view search.View, q *question, ready bool) {
	k := newKept()
	selection := func() *selection {
		s, err := newSelection(view, k, q)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := selection(); ready && s.by != nil {
		worth(k.table, []field{*s.by})
	}
	var want []place
	s := selection()
	pred, _, err := compile(view, q.query)
	if err != nil {
		t.Fatal(err)
	}
	for head := range search.Heads(view, "") {
		i := &item{head: head, view: view}
		if !pred.test(i) {
			continue
		}
		at := place{ref: head.Ref}
		if s.by != nil {
			var has bool
			if at.key, has = s.by.low(i); !has {
				continue
			}
		}
		want = append(want, at)
	}
	slices.SortStableFunc(want, func(a, b place) int {
		c := strings.Compare(a.key, b.key)
		if c == 0 {
			c = a.ref.Compare(b.ref)
		}
		if s.desc {
			c = -c
		}
		return c
	})
	for at := 0; ; {
		s := selection()
		p := s.page(q)
		end := min(at+q.limit, len(want))
		if !slices.Equal(p.rows, want[at:end]) || p.after != (end < len(want)) || p.before != (at > 0) || q.from == nil && p.total != len(want) {
			t.Fatalf("from %d: got %v (of %d, before %v, after %v), want %v of %d", at, p.rows, p.total, p.before, p.after, want[at:end], len(want))
		}
		if at > 0 {
			_, prev := s.cursors(q, &p)
			back := *q
			back.from, _ = parseCursor(prev)
			b := s.page(&back)
			if !slices.Equal(b.rows, want[at-q.limit:at]) || b.before != (at > q.limit) || !b.after {
				t.Fatalf("back from %d: got %v (before %v, after %v)", at, b.rows, b.before, b.after)
			}
		}
		if !p.after {
			return
		}
		next, _ := s.cursors(q, &p)
		q.from, _ = parseCursor(next)
		at = end
	}
}

// TestTableShared: many ask one table at once, each for other fields; nobody waits for ever and all get what is so.
func TestTableShared(t *testing.T) {
	reader := readerOf(t, searchtest.Generate(500))
	view := reader.For(viewer("staff"))
	k := newKept()
	var all sync.WaitGroup
	for n := range 32 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 3))
			for range 20 {
				query := randomQuery(r, 2)
				s, err := newSelection(view, k, &question{query: []byte(query)})
				if err != nil {
					t.Errorf("%s: %v", query, err)
					return
				}
				pred, _, _ := compile(view, []byte(query))
				got, row := s.chosen(), uint(0)
				for head := range search.Heads(view, "") {
					if got.Test(row) != pred.test(&item{head: head, view: view}) {
						t.Errorf("%s: wrong about %v", query, head.Ref)
						return
					}
					row++
				}
			}
		})
	}
	all.Wait()
}

// TestTableBound: indexes beyond the bound are dropped, and questions are answered all the same.
func TestTableBound(t *testing.T) {
	reader := readerOf(t, searchtest.Generate(50))
	view := reader.For(viewer("staff"))
	tab := newTable(view, nil)
	tab.size = mostIndexes
	f := newField("kind", view)
	x := tab.prepare(view, []field{f})[f.id()]
	if x == nil || len(tab.indexes) != 0 || tab.size != 0 {
		t.Errorf("%v, with %d indexes of %d bytes left", x, len(tab.indexes), tab.size)
	}
	for n := range 2 * mostLooked {
		tab.pay([]fieldKey{{inText, fmt.Sprint(n)}}, 1)
	}
	if len(tab.looked) > mostLooked+1 {
		t.Errorf("%d fields are counted", len(tab.looked))
	}
}

// TestSortRuns sorts runs and what has none.
func TestSortRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	for n := range 400 {
		s := make([]uint32, r.IntN(300))
		for i := range s {
			s[i] = r.Uint32N(50)
		}
		for from := 0; n%2 == 0 && from < len(s); {
			to := min(len(s), from+1+r.IntN(40))
			slices.Sort(s[from:to])
			from = to
		}
		want := slices.Sorted(slices.Values(s))
		if sortRuns(s, func(a, b uint32) int { return int(a) - int(b) }); !slices.Equal(s, want) {
			t.Fatalf("%v, want %v", s, want)
		}
	}
}

// TestDistinct: a value counts once, among few and among many.
func TestDistinct(t *testing.T) {
	var d distinct
	for range 2 {
		d.clear()
		for n := range 10 * fewValues {
			v := fmt.Sprint(n % (3 * fewValues))
			if d.add(v) != (n < 3*fewValues) {
				t.Errorf("%s, the value %d", v, n)
			}
		}
	}
}
