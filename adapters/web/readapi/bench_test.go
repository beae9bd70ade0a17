package readapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// Rates of Backstage 1.55 on PostgreSQL 15 with 10,000 entities and 16 clients, on two processors: what the figures
// "x-backstage" compare with.
const (
	theirByName   = 2367
	theirOrdered  = 76
	theirFiltered = 228
	theirFacets   = 66
	theirSearch   = 303
)

// requests are those that Backstage was measured with.
func requests(name, owner string) []struct {
	name, path string
	theirs     float64
} {
	return []struct {
		name, path string
		theirs     float64
	}{
		{"by-name", "/api/catalog/entities/by-name/component/default/" + name, theirByName},
		{"by-query-kind-ordered", "/api/catalog/entities/by-query?filter=kind=component&limit=20&orderField=metadata.name,asc", theirOrdered},
		{"by-query-kind-type-owner", "/api/catalog/entities/by-query?filter=kind=component,spec.type=service,relations.ownedBy=" + owner + "&limit=20", theirFiltered},
		{"by-query-owner-in-text", "/api/catalog/entities/by-query?filter=kind=component,spec.owner=" + strings.TrimPrefix(owner, "group:default/") + "&limit=20", theirFiltered},
		{"facets-tags", "/api/catalog/entity-facets?facet=metadata.tags", theirFacets},
		{"search-word", "/api/search/query?term=ledger&types=software-catalog", theirSearch},
	}
}

// handler is the API over the reader of the sample.
type handler struct {
	http.Handler
	reader func() *search.Reader
}

// anew is the same without anything kept.
func (h handler) anew() http.Handler { return follow(h.reader) }

// sample is the API over 10,000 entities, with the name of a component and its owner.
func sample(b *testing.B) (h handler, name, owner string) {
	entities := searchtest.Generate(10_000)
	live := search.New(searchtest.NewFeed(entities...), search.Options{Dir: b.TempDir()})
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := live.Run(ctx); err != nil && ctx.Err() == nil {
			b.Error(err)
		}
	}()
	b.Cleanup(func() { stop(); <-done })
	if err := live.WaitReady(ctx); err != nil {
		b.Fatal(err)
	}
	for live.Reader().TextGeneration() < live.Reader().Generation() {
		time.Sleep(time.Millisecond)
	}
	h = handler{follow(live.Reader), live.Reader}
	for _, e := range entities {
		if e.Ref.Kind == "component" && e.Type == "service" && e.Ref.Namespace == "default" {
			return h, e.Name, e.Owner.String()
		}
	}
	b.Fatal("no service among the entities")
	return h, "", ""
}

// BenchmarkHandler measures the answers alone; "x-backstage" supposes two processors and nothing else to do.
func BenchmarkHandler(b *testing.B) {
	h, name, owner := sample(b)
	for _, c := range requests(name, owner) {
		b.Run(c.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, c.path, nil)
			if rw := httptest.NewRecorder(); true {
				h.ServeHTTP(rw, r)
				if rw.Code != http.StatusOK {
					b.Fatal(rw.Body)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(&nowhere{header: http.Header{}}, r)
			}
			b.ReportMetric(2*1e9/(float64(b.Elapsed().Nanoseconds())/float64(b.N))/c.theirs, "x-backstage")
		})
	}
}

// BenchmarkFirst measures the answers to questions that nobody asked before in this generation.
func BenchmarkFirst(b *testing.B) {
	h, name, owner := sample(b)
	for _, c := range requests(name, owner) {
		b.Run(c.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, c.path, nil)
			used := searchtest.ProcessorTime()
			for b.Loop() {
				h.anew().ServeHTTP(&nowhere{header: http.Header{}}, r)
			}
			reportProcessors(b, used, c.theirs)
		})
	}
}

// BenchmarkOther measures the answers to questions of which no two are equal, asked after each other in one generation.
func BenchmarkOther(b *testing.B) {
	h, _, _ := sample(b)
	for _, c := range questions() {
		b.Run(c.name, func(b *testing.B) {
			requests := make([]*http.Request, len(c.paths))
			for i, p := range c.paths {
				requests[i] = httptest.NewRequest(http.MethodGet, p, nil)
			}
			var fresh http.Handler
			used := searchtest.ProcessorTime()
			for n := 0; b.Loop(); n++ {
				if n%len(requests) == 0 {
					fresh = h.anew()
				}
				fresh.ServeHTTP(&nowhere{header: http.Header{}}, requests[n%len(requests)])
			}
			b.ReportMetric(float64(len(requests)), "questions")
			reportProcessors(b, used, c.theirs)
		})
	}
}

// reportProcessors tells what an answer costs the processors, and the rate of two that have nothing else to do.
func reportProcessors(b *testing.B, before time.Duration, theirs float64) {
	each := (searchtest.ProcessorTime() - before).Seconds() / float64(b.N)
	b.ReportMetric(1e6*each, "cpu-us")
	b.ReportMetric(2/each/theirs, "x-backstage")
}

// family is a list of questions that are alike.
type family struct {
	name   string
	theirs float64
	paths  []string
}

// questions are like those that Backstage was measured with, each about something else.
func questions() []family {
	const entities, facets = "/api/catalog/entities/by-query?", "/api/catalog/entity-facets?"
	list := []family{
		{"by-name", theirByName, nil}, {"by-query-kind-ordered", theirOrdered, nil}, {"by-query-pages", theirOrdered, nil},
		{"by-query-kind-type-owner", theirFiltered, nil}, {"by-query-owner-in-text", theirFiltered, nil}, {"by-query-words", theirFiltered, nil},
		{"facets", theirFacets, nil}, {"search-word", theirSearch, nil}, {"search-words", theirSearch, nil},
	}
	add := func(i int, path string) { list[i].paths = append(list[i].paths, path) }
	names := searchtest.Generate(10_000)
	for _, e := range names[2000:4000] {
		add(0, "/api/catalog/entities/by-name/"+e.Ref.Kind+"/default/"+e.Ref.Name)
	}
	for i, kind := range []string{"component", "api", "resource", "system"} {
		for _, field := range []string{"metadata.name", "spec.type", "metadata.namespace", "spec.lifecycle", "relations.ownedBy"} {
			for _, tag := range strings.Fields("api service worker web job lib client server db ui gateway proxy consumer producer sync tier-1 tier-2 tier-3") {
				add(1, entities+"filter=kind="+kind+",metadata.tags="+tag+"&limit=20&orderField="+field+","+[]string{"asc", "desc"}[i%2])
			}
		}
	}
	for at := range 300 {
		add(2, entities+"filter=kind=component&limit=20&orderField=metadata.name,asc&offset="+strconv.Itoa(20*at))
	}
	for i, team := range names[:100] {
		for _, kind := range []string{"service", "library", "website"} {
			add(3, entities+"filter=kind=component,spec.type="+kind+",relations.ownedBy="+team.Ref.String()+"&limit=20")
			add(4, entities+"filter=kind=component,spec.type="+kind+",spec.owner="+team.Ref.Name+"&limit=20")
			add(6, facets+"facet="+[]string{"metadata.tags", "spec.type", "spec.lifecycle", "relations.ownedBy"}[i%4]+"&filter=spec.type="+kind+",metadata.tags="+names[i].Tags[0]+"&filter=metadata.name="+names[i].Name)
		}
	}
	words := searchtest.Words()
	for i, word := range words {
		add(5, entities+"filter=kind=component&limit=20&orderField=metadata.name,asc&fullTextFilterTerm="+word+"&fullTextFilterFields=metadata.name")
		add(7, "/api/search/query?types=software-catalog&term="+word)
		for _, other := range words[i+1 : min(i+4, len(words))] {
			add(8, "/api/search/query?types=software-catalog&term="+word+"+"+other)
		}
	}
	return list
}

type nowhere struct{ header http.Header }

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n *nowhere) WriteHeader(int)             {}

// BenchmarkHTTP measures the answers over TCP with 16 clients in the same process, beside an empty handler as the
// floor. "cpu-us" is what a request costs the processors, the clients' part included, and "x-backstage-alone" supposes
// that two of them had nothing else to do.
func BenchmarkHTTP(b *testing.B) {
	h, name, owner := sample(b)
	floor := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { write(rw, http.StatusOK, []byte("{}")) })
	b.Run("floor", func(b *testing.B) { load(b, floor, "/", 0) })
	for _, c := range requests(name, owner) {
		b.Run(c.name, func(b *testing.B) { load(b, h, c.path, c.theirs) })
	}
}

// load sends b.N requests over 16 connections that are kept open.
func load(b *testing.B, h http.Handler, path string, theirs float64) {
	srv := httptest.NewServer(h)
	defer srv.Close()
	address := srv.Listener.Addr().String()
	var left atomic.Int64
	left.Store(int64(b.N))
	var clients sync.WaitGroup
	b.ResetTimer()
	used := searchtest.ProcessorTime()
	for range 16 {
		clients.Go(func() {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			in := bufio.NewReaderSize(conn, 64<<10)
			request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n")
			for left.Add(-1) >= 0 {
				if _, err := conn.Write(request); err != nil {
					b.Error(err)
					return
				}
				if err := skipAnswer(in); err != nil {
					b.Error("no answer: ", err)
					return
				}
			}
		})
	}
	clients.Wait()
	rate := float64(b.N) / b.Elapsed().Seconds()
	each := (searchtest.ProcessorTime() - used).Seconds() / float64(b.N)
	b.ReportMetric(rate, "req/s")
	b.ReportMetric(1e6*each, "cpu-us")
	b.ReportMetric(float64(runtime.GOMAXPROCS(0)), "procs")
	if theirs > 0 {
		b.ReportMetric(rate/theirs, "x-backstage")
		b.ReportMetric(2/each/theirs, "x-backstage-alone")
	}
}

// skipAnswer reads an answer of known length and keeps nothing of it: the clients share the processors with what is
// measured, and cost it as little as may be.
func skipAnswer(in *bufio.Reader) error {
	length := -1
	for n := 0; ; n++ {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if n == 0 && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return errors.New(string(line))
		}
		if digits, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(digits))); err != nil {
				return err
			}
		}
		if len(line) > 2 {
			continue
		}
		if length < 0 {
			return errors.New("the answer does not tell its length")
		}
		_, err = in.Discard(length)
		return err
	}
}
