package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// The load run: a signed slash command answered from a large catalog by the real program, against an empty handler
// that checks the same signature and returns as many bytes. Both run as processes of their own; what counts is the
// CPU that each spends on a request.
const (
	loadEntities = 100_000 // LOAD_ENTITIES in the environment sets another number
	loadRequests = 20_000
	loadClients  = 16
	loadBodies   = 512
	loadRounds   = 3
	loadSecret   = "8f742231b10e8888abcd99yyyzzz85a5"
)

// floorMain is the floor: behind the same router it checks the signature of a slash command, parses its form and
// answers with a fixed body of FLOOR_BYTES bytes.
func floorMain() {
	runtime.MemProfileRate = 0 // as in main
	size, err := strconv.Atoi(os.Getenv("FLOOR_BYTES"))
	if err != nil {
		panic(err)
	}
	answer := []byte(strings.Repeat("x", size))
	r := chi.NewRouter()
	r.Post("/slack/commands", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || !hmac.Equal([]byte(sign(r.Header.Get("X-Slack-Request-Timestamp"), body)), []byte(r.Header.Get("X-Slack-Signature"))) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if form, err := url.ParseQuery(string(body)); err != nil || form.Get("command") == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Write(answer)
	})
	r.Get("/readyz", healthz)
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("FLOOR_ADDR"), r))
}

func sign(timestamp string, body []byte) string {
	h := hmac.New(sha256.New, []byte(loadSecret))
	io.WriteString(h, "v0:"+timestamp+":")
	h.Write(body)
	return "v0=" + hex.EncodeToString(h.Sum(nil))
}

func BenchmarkSlashCommand(b *testing.B) {
	dir := b.TempDir()
	entities := loadEntities
	if n, err := strconv.Atoi(os.Getenv("LOAD_ENTITIES")); err == nil {
		entities = n
	}
	names := writeCatalog(b, filepath.Join(dir, "catalog"), entities)
	config := fmt.Sprintf("catalog: {locations: [{type: file, target: ./catalog/*.yaml}], refresh: 1h}\nlimits: off\nslack: {mode: http, signing_secret: %s, api_url: %q}\n", loadSecret, slackUsers(b))
	if err := os.WriteFile(filepath.Join(dir, "backchannel.yaml"), []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	addr := freeAddr(b)
	config += fmt.Sprintf("web: {listen: %q}\n", addr)
	if err := os.WriteFile(filepath.Join(dir, "backchannel.yaml"), []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	server := startProcess(b, dir, addr, "backchannel", "serve", "--quiet")
	bodies := slashBodies(names)
	waitAnswered(b, addr, bodies[len(bodies)-1])
	b.Logf("%d entities answered from after %.1f s", entities, time.Since(start).Seconds())
	time.Sleep(2 * time.Second) // the text index and the first reading of code end after the names are ready
	waitIdle(b, server)
	resident := residentMB(b, server)

	_, size := load(b, addr, bodies, 2000)
	waitAnswered(b, addr, bodies[0])
	floorAddr := freeAddr(b)
	floor := startProcess(b, dir, floorAddr, "backchannel-floor", "FLOOR_ADDR="+floorAddr, "FLOOR_BYTES="+strconv.Itoa(size))
	load(b, floorAddr, bodies, 2000)

	for b.Loop() {
		var answerCPU, floorCPU time.Duration
		for range loadRounds {
			answerCPU += cpuOf(b, server, func() { load(b, addr, bodies, loadRequests) })
			floorCPU += cpuOf(b, floor, func() { load(b, floorAddr, bodies, loadRequests) })
		}
		n := float64(loadRounds * loadRequests)
		b.ReportMetric(float64(answerCPU.Microseconds())/n, "us-cpu/answer")
		b.ReportMetric(float64(floorCPU.Microseconds())/n, "us-cpu/floor")
		b.ReportMetric(100*float64(floorCPU)/float64(answerCPU), "%floor/answer")
		b.ReportMetric(float64(size), "bytes/answer")
		b.ReportMetric(resident, "MB-resident")
		b.ReportMetric(residentMB(b, server), "MB-resident-busy")
		b.ReportMetric(0, "ns/op")
	}
}

// slackUsers is a Slack that knows everybody who is asked for, as the real one does.
func slackUsers(b *testing.B) string {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		id := r.FormValue("user")
		fmt.Fprintf(w, `{"ok":true,"user":{"id":%q,"team_id":"T1DC2JH3J","name":"roadrunner","tz":"Europe/Berlin","locale":"en-US","profile":{"real_name":"Road Runner","email":"%s@acme.example"}}}`, id, strings.ToLower(id))
	}))
	b.Cleanup(api.Close)
	return api.URL + "/"
}

// loadFile is how many entities a descriptor file of the load run holds.
const loadFile = 1000

// writeCatalog writes generated entities as documents of files in dir and returns the names of components.
func writeCatalog(b *testing.B, dir string, n int) []string {
	b.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	var names []string
	for i, part := range slices.Collect(slices.Chunk(searchtest.Generate(n), loadFile)) {
		var text bytes.Buffer
		for _, e := range part {
			fmt.Fprintf(&text, "---\n%s\n", e.Document.JSON())
			if e.Ref.Kind == "component" && len(names) < loadBodies {
				names = append(names, e.Name)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("part-%03d.yaml", i)), text.Bytes(), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return names
}

// startProcess starts the program, or the floor with its environment, and waits until it is ready.
func startProcess(b *testing.B, dir, addr, program string, args ...string) *os.Process {
	b.Helper()
	cmd := exec.Command(program, args...)
	if program == "backchannel-floor" {
		cmd = exec.Command(program)
		cmd.Env = append(os.Environ(), args...)
	}
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if resp, err := http.Get("http://" + addr + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return cmd.Process
			}
		}
	}
	b.Fatalf("%s was never ready", program)
	return nil
}

// waitAnswered waits until a question is answered; the program is ready before a first long read of its sources ends.
func waitAnswered(b *testing.B, addr string, body signedBody) {
	b.Helper()
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		answer := answerText(b, addr, body)
		if strings.Contains(answer, "is owned by") {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("not an answer: %s", answer)
		}
	}
}

// waitIdle waits until a process uses next to no CPU.
func waitIdle(b *testing.B, p *os.Process) {
	b.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
		if cpuOf(b, p, func() { time.Sleep(time.Second) }) < 30*time.Millisecond {
			return
		}
	}
	b.Fatal("the server never came to rest")
}

type signedBody struct{ body, timestamp, signature string }

func slashBodies(names []string) []signedBody {
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	var out []signedBody
	for i, name := range names {
		body := url.Values{
			"token": {"x"}, "team_id": {"T1DC2JH3J"}, "team_domain": {"acme"}, "channel_id": {"G8PSS9T3V"}, "channel_name": {"general"},
			"user_id": {fmt.Sprintf("U%07d", i)}, "user_name": {"roadrunner"}, "command": {"/backchannel"}, "text": {"who owns " + name},
			"response_url": {"https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN"}, "trigger_id": {"398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"},
		}.Encode()
		out = append(out, signedBody{body, timestamp, sign(timestamp, []byte(body))})
	}
	return out
}

// load sends n requests from several clients and returns the time it took and the size of an answer.
func load(b *testing.B, addr string, bodies []signedBody, n int) (time.Duration, int) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadClients}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	start := time.Now()
	var wg sync.WaitGroup
	sizes := make([]int, loadClients)
	for c := range loadClients {
		wg.Go(func() {
			for i := c; i < n; i += loadClients {
				size, err := post(client, addr, bodies[i%len(bodies)], io.Discard)
				if err != nil {
					b.Error(err)
					return
				}
				sizes[c] = size
			}
		})
	}
	wg.Wait()
	return time.Since(start), sizes[0]
}

// answerText is the body of one answer.
func answerText(b *testing.B, addr string, body signedBody) string {
	b.Helper()
	var text bytes.Buffer
	if _, err := post(http.DefaultClient, addr, body, &text); err != nil {
		b.Fatal(err)
	}
	return text.String()
}

func post(client *http.Client, addr string, body signedBody, answer io.Writer) (int, error) {
	req, err := http.NewRequest(http.MethodPost, "http://"+addr+"/slack/commands", strings.NewReader(body.body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Slack-Request-Timestamp", body.timestamp)
	req.Header.Set("X-Slack-Signature", body.signature)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	n, err := io.Copy(answer, resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || n == 0) {
		err = fmt.Errorf("status %d, %d bytes", resp.StatusCode, n)
	}
	return int(n), err
}

// cpuOf returns the CPU time that a process spends while f runs (proc(5), fields utime and stime).
func cpuOf(b *testing.B, p *os.Process, f func()) time.Duration {
	b.Helper()
	before := cpuTicks(b, p)
	f()
	const tick = 10 * time.Millisecond // USER_HZ is 100 on Linux
	return time.Duration(cpuTicks(b, p)-before) * tick
}

func cpuTicks(b *testing.B, p *os.Process) int {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid))
	if err != nil {
		b.Skipf("CPU of a process is read from /proc, which %s has not: %v", runtime.GOOS, err)
	}
	fields := strings.Fields(string(text)[strings.LastIndexByte(string(text), ')')+1:])
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return user + system
}

// residentMB reads the resident memory of a process.
func residentMB(b *testing.B, p *os.Process) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return float64(kb) / 1024
		}
	}
	return 0
}

func freeAddr(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
