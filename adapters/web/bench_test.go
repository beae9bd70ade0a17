package web

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
)

// BenchmarkDocsPage serves a page of documentation over a connection, by turns with an empty chi handler that returns
// the same bytes. "rate-to-floor" compares the wall clock, "cpu-to-floor" the processor time, which other programs on
// the machine disturb less; 1 is the floor.
func BenchmarkDocsPage(b *testing.B) {
	const path = "/docs/default/component/checkout"
	subject := site(b, func(c *Config) { c.BaseURL = "" }).Handler()
	for _, encoding := range []string{"identity", "gzip"} {
		b.Run(encoding, func(b *testing.B) {
			rec := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Accept-Encoding", encoding)
			subject.ServeHTTP(rec, r)
			body := rec.Body.Bytes()
			if rec.Code != http.StatusOK || len(body) < 1000 {
				b.Fatal(rec.Code, len(body))
			}
			floor := chi.NewRouter()
			floor.Get(path, func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "text/html; charset=utf-8")
				rw.Header().Set("Content-Length", strconv.Itoa(len(body)))
				_, _ = rw.Write(body)
			})
			measure(b, loop(b, subject, path, encoding), loop(b, floor, path, encoding))
		})
	}
}

// measure runs subject and floor by turns and reports their ratio.
func measure(b *testing.B, subject, floor func(n int)) {
	const turn = 200
	var wall, cpu [2]time.Duration
	for b.Loop() {
		for i, run := range []func(int){subject, floor} {
			start, used := time.Now(), processor()
			run(turn)
			wall[i] += time.Since(start)
			cpu[i] += processor() - used
		}
	}
	b.ReportMetric(wall[1].Seconds()/wall[0].Seconds(), "rate-to-floor")
	b.ReportMetric(cpu[1].Seconds()/cpu[0].Seconds(), "cpu-to-floor")
	b.ReportMetric(float64(b.N*turn)/wall[0].Seconds(), "pages/s")
}

// loop returns what asks a handler for a path so many times over one connection.
func loop(b *testing.B, h http.Handler, path, encoding string) func(n int) {
	s := httptest.NewServer(h)
	b.Cleanup(s.Close)
	client := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{}).DialContext, DisableCompression: true}}
	b.Cleanup(client.CloseIdleConnections)
	return func(n int) {
		for range n {
			r, err := http.NewRequest(http.MethodGet, s.URL+path, nil)
			if err != nil {
				b.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", encoding)
			res, err := client.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
				b.Fatal(res.StatusCode, err)
			}
			res.Body.Close()
		}
	}
}

// processor is the time this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
