package search_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

const large = 100_000

// largeReader is built once for all benchmarks.
var largeReader = sync.OnceValue(buildLarge)

func buildLarge() *search.Reader {
	return search.NewReader(catalog.Changes{Generation: 1, Upserts: st.Generate(large)}, nil, search.Options{})
}

// spread reports quantiles of single operations next to the mean that the benchmark prints.
func spread(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "p99-us")
}

func everything(v search.View) []*catalog.Entity {
	var all []*catalog.Entity
	for e := range v.Entities(search.Filter{}) {
		all = append(all, e)
	}
	return all
}

// question is a misspelt name and what it means.
type question struct {
	text string
	want *catalog.Entity
}

func benchResolve(b *testing.B, edits int) {
	v := largeReader().For(catalog.Viewer{})
	all := everything(v)
	rnd := rand.New(rand.NewPCG(3, uint64(edits)))
	qs := make([]question, 3000)
	for i := range qs {
		e := all[rnd.IntN(len(all))]
		qs[i] = question{st.Typo(rnd, e.Name, edits), e}
	}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		v.Resolve(qs[i%len(qs)].text, search.ResolveOptions{Deepest: search.MatchTypo2})
		took = append(took, time.Since(start))
	}
	spread(b, took)
	right, offered, none := 0, 0, 0
	for _, q := range qs {
		got := v.Resolve(q.text, search.ResolveOptions{Deepest: search.MatchTypo2})
		switch {
		case len(got) == 0:
			none++
		case got[0].Entity.Ref == q.want.Ref:
			right++
		case slices.ContainsFunc(got, func(c search.Candidate) bool { return c.Entity.Ref == q.want.Ref }):
			offered++
		}
	}
	n := float64(len(qs))
	b.ReportMetric(float64(right)/n, "acc@1")
	b.ReportMetric(float64(offered)/n, "offered")
	b.ReportMetric(float64(none)/n, "none")
}

func BenchmarkResolveExact(b *testing.B) { benchResolve(b, 0) }
func BenchmarkResolveTypo1(b *testing.B) { benchResolve(b, 1) }
func BenchmarkResolveTypo2(b *testing.B) { benchResolve(b, 2) }

// BenchmarkResolveNothing goes through every step and suggests.
func BenchmarkResolveNothing(b *testing.B) {
	v := largeReader().For(catalog.Viewer{})
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		v.Resolve("paiment leger qqzz"+strconv.Itoa(i%7), search.ResolveOptions{})
		took = append(took, time.Since(start))
	}
	spread(b, took)
}

// BenchmarkFloorMap is the floor of exact resolution: one look-up in a map of the same names.
func BenchmarkFloorMap(b *testing.B) {
	v := largeReader().For(catalog.Viewer{})
	m := make(map[string]*catalog.Entity)
	var names []string
	for _, e := range everything(v) {
		m[e.Name] = e
		names = append(names, e.Name)
	}
	n := 0
	for i := 0; b.Loop(); i++ {
		if m[names[i%len(names)]] != nil {
			n++
		}
	}
}

func benchSearch(b *testing.B, any bool) {
	l := startLive(b, st.NewFeed(st.Generate(large)...), search.Options{Dir: b.TempDir()})
	eventually(b, "the text index", textAt(l, 1))
	v := l.Reader().For(catalog.Viewer{})
	v.Search(search.Query{Text: "warm up"})
	rnd := rand.New(rand.NewPCG(5, 5))
	var qs []string
	for _, e := range everything(v) {
		if rnd.IntN(40) == 0 {
			ws := strings.Fields(e.Description)
			qs = append(qs, strings.Join(strings.FieldsFunc(e.Name, func(r rune) bool { return r == '-' }), " ")+" "+ws[rnd.IntN(len(ws))])
		}
	}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		v.Search(search.Query{Text: qs[i%len(qs)], Any: any})
		took = append(took, time.Since(start))
	}
	spread(b, took)
}

func BenchmarkSearchAll(b *testing.B) { benchSearch(b, false) }
func BenchmarkSearchAny(b *testing.B) { benchSearch(b, true) }

// BenchmarkUpdate is one changed entity among 100,000, from the store's change to the first answer that knows it.
func BenchmarkUpdate(b *testing.B) {
	feed := st.NewFeed(st.Generate(large)...)
	l := startLive(b, feed, search.Options{Dir: b.TempDir()})
	eventually(b, "the text index", textAt(l, 1))
	var names, texts []time.Duration
	for i := 0; b.Loop(); i++ {
		e := st.Entity(fmt.Sprintf("component:edited-thing-%d", i%50), st.About("changed "+strconv.Itoa(i)), st.Owner("group:edited"))
		start := time.Now()
		gen := feed.Put(e)
		for l.Reader().Generation() < gen {
			runtime.Gosched()
		}
		names = append(names, time.Since(start))
		for l.Reader().TextGeneration() < gen {
			time.Sleep(50 * time.Microsecond)
		}
		texts = append(texts, time.Since(start))
	}
	spread(b, names)
	slices.Sort(texts)
	b.ReportMetric(float64(texts[len(texts)/2].Microseconds()), "text-p50-us")
	b.ReportMetric(float64(texts[len(texts)*99/100].Microseconds()), "text-p99-us")
}

// BenchmarkSnapshot builds entities and names of 100,000 from nothing, without text.
func BenchmarkSnapshot(b *testing.B) {
	all := st.Generate(large)
	for b.Loop() {
		search.NewReader(catalog.Changes{Generation: 1, Upserts: all}, nil, search.Options{})
	}
}

// BenchmarkMemory100k reports what the process holds after a load of 100,000 entities with their text index. The
// entities are shared with the store.
func BenchmarkMemory100k(b *testing.B) {
	for range b.N {
		base := resident(b)
		feed := st.NewFeed(st.Generate(large)...)
		entities := resident(b)
		l := startLive(b, feed, search.Options{Dir: b.TempDir()})
		eventually(b, "the text index", textAt(l, 1))
		b.ReportMetric(base, "before-MB")
		b.ReportMetric(entities-base, "entities-MB")
		b.ReportMetric(resident(b), "rss-MB")
		runtime.KeepAlive(l)
		runtime.KeepAlive(feed)
	}
}

// resident is the resident set of this process in MB after garbage has been given back.
func resident(b *testing.B) float64 {
	debug.FreeOSMemory()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatalf("the resident set is read from Linux's /proc: %v", err)
	}
	for _, line := range strings.Split(string(raw), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	return 0
}
