package process

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/plugintest"
)

// TestMain is the test binary, or, with this variable, one of the programs that the tests supervise.
func TestMain(m *testing.M) {
	if as := os.Getenv("PLAY"); as != "" {
		play(as)
		return
	}
	goleak.VerifyTestMain(m)
}

// program is the test binary as a plugin that behaves in some way.
func program(as string) Program {
	return Program{Command: []string{os.Args[0]}, Env: map[string]string{"PLAY": as}, Start: 5 * time.Second}
}

// hasty is a rhythm for tests.
func hasty() tuning {
	return tuning{firstPause: 20 * time.Millisecond, ping: 100 * time.Millisecond, pingWait: 200 * time.Millisecond, memory: 50 * time.Millisecond}
}

func entity(t testing.TB, text string) *catalog.Entity {
	t.Helper()
	docs := descriptor.Read("catalog.yaml", []byte(text), descriptor.Options{})
	if len(docs) != 1 || docs[0].Entity == nil {
		t.Fatalf("the descriptor is not valid: %+v", docs)
	}
	return docs[0].Entity
}

const checkout = `{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"checkout","annotations":{"a/b":"c"}},"spec":{"type":"service","lifecycle":"production","owner":"payments"}}`

// supervised is a set of one program, and its registry.
func supervised(t *testing.T, p Program) (*Set, *plugins.Registry, *plugintest.Host) {
	t.Helper()
	return supervisedAt(t, p, hasty())
}

func supervisedAt(t *testing.T, p Program, rhythm tuning) (*Set, *plugins.Registry, *plugintest.Host) {
	t.Helper()
	r, h := plugins.NewRegistry(), plugintest.NewHost(nil, entity(t, checkout))
	s := newSet(SetOptions{
		Programs: []Program{p}, Registry: r,
		Start: func(ctx context.Context, p plugins.Plugin) error { return p.(plugins.Starter).Start(ctx, h.Host()) },
	}, rhythm)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, r, h
}

// show asks the only view of the only plugin.
func show(t *testing.T, r *plugins.Registry, wait time.Duration) (string, error) {
	t.Helper()
	all := r.All()
	if len(all) != 1 {
		t.Fatalf("%d plugins", len(all))
	}
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	c, err := all[0].Views[0].Show(ctx, plugins.Query{Entity: entity(t, checkout), Lang: lang.English, Now: time.Now()})
	return card.Plain(c.Message), err
}

// eventually waits for something to hold.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if holds() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s: not within a minute", what)
}

func TestAsks(t *testing.T) {
	s, r, h := supervised(t, program("good"))
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := show(t, r, time.Minute)
	if err != nil || strings.TrimSpace(text) != "checkout has a/b=c" {
		t.Errorf("%q, %v", text, err)
	}
	if facts := h.Of(entity(t, checkout).Ref); len(facts) != 1 || facts[0].Value != "1 entities" {
		t.Errorf("the plugin wrote %+v", facts)
	}
}

// TestRestarts kills the program: its entry stays, and it is started again.
func TestRestarts(t *testing.T) {
	s, r, _ := supervised(t, program("dies"))
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		_, err := show(t, r, time.Minute)
		if !fault.Is(err, fault.Upstream) {
			t.Errorf("round %d: %v, want an upstream's failure", round, err)
		}
		eventually(t, "it is noted", func() bool { return len(s.Problems()) == 1 })
		for name, err := range s.Problems() {
			if name != "good" || !strings.Contains(err.Error(), "exit status 3") {
				t.Errorf("%s: %v", name, err)
			}
		}
		eventually(t, "it is back", func() bool { return len(s.Problems()) == 0 })
	}
}

// TestMisbehaves has programs break every rule. Each ends with a reason, and none holds anybody up.
func TestMisbehaves(t *testing.T) {
	for as, want := range map[string]string{
		"silent":   "did not introduce itself",
		"garbage":  "which is no message",
		"large":    "more than 4 MB",
		"absent":   "start /no/such/program",
		"version":  "speaks version 99",
		"nameless": "cannot be the name",
		"quits":    "exit status 7",
	} {
		t.Run(as, func(t *testing.T) {
			p := program(as)
			if p.Start = 20 * time.Second; as == "silent" {
				p.Start = time.Second
			}
			if as == "absent" {
				p.Command = []string{"/no/such/program"}
			}
			s, r, _ := supervised(t, p)
			err := s.Load(t.Context())
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
			if len(r.All()) != 0 {
				t.Error("it is in the registry")
			}
		})
	}
}

// TestHangs has a program that answers nothing any more: a call ends with its deadline, the program is killed and
// started again.
func TestHangs(t *testing.T) {
	s, r, _ := supervised(t, program("hangs"))
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := show(t, r, 50*time.Millisecond); err == nil {
		t.Error("a plugin that hangs has answered")
	}
	eventually(t, "it is noted", func() bool { return len(s.Problems()) == 1 })
	for _, err := range s.Problems() {
		if !strings.Contains(err.Error(), "answers nothing any more") {
			t.Error(err)
		}
	}
}

// TestTakesTooMuch has a program that holds more and more.
func TestTakesTooMuch(t *testing.T) {
	p := program("eats")
	p.Memory = 96 << 20
	s, _, _ := supervised(t, p)
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is ended", func() bool {
		for _, err := range s.Problems() {
			return strings.Contains(err.Error(), "MB of memory, more than its 96")
		}
		return false
	})
}

// TestFloods has a program that asks without end: it is told no, and still answers.
func TestFloods(t *testing.T) {
	p := program("floods")
	p.Memory = 4 << 30                             // the race detector multiplies what it holds
	s, r, _ := supervisedAt(t, p, defaultTuning()) // a busy machine is no reason to end it
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := show(t, r, 30*time.Second); err != nil {
		t.Errorf("it does not answer any more: %v (%v)", err, s.Problems())
	}
}

// TestConformance runs the suite of all plugins against the example in Go, over the wire.
func TestConformance(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "freeze")
	build(t, bin)
	config := json.RawMessage(`{"freezes":[{"from":"2026-11-01T00:00:00Z","to":"2027-01-04T00:00:00Z","why":"End of the year","types":["service"]}]}`)
	plugintest.Test(t, plugintest.Setup{
		New: func(t *testing.T) plugins.Plugin {
			p, end, err := Open(t.Context(), Program{Command: []string{bin}, Config: config})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := end(); err != nil {
					t.Error(err)
				}
			})
			return p
		},
		Entities: []*catalog.Entity{
			entity(t, checkout), entity(t, `{"apiVersion":"backstage.io/v1alpha1","kind":"Group","metadata":{"name":"payments"},"spec":{"type":"team","children":[]}}`),
		},
		Now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
	})
}

// TestConfigIsChecked gives the example a configuration that it does not understand.
func TestConfigIsChecked(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "freeze")
	build(t, bin)
	for config, want := range map[string]string{
		`{"freeze":[]}`: `unknown field "freeze"`,
		`{"freezes":[{"from":"2027-01-04T00:00:00Z","to":"2026-01-04T00:00:00Z"}]}`: "freezes[0] ends before it begins",
	} {
		_, _, err := Open(t.Context(), Program{Command: []string{bin}, Config: json.RawMessage(config)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", config, err, want)
		}
	}
}

// FuzzConn feeds one side of a conversation whatever comes.
func FuzzConn(f *testing.F) {
	for _, s := range []string{
		"", "\n\n", "{}\n", `{"id":1}` + "\n", `{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n", `{"method":"$/cancel","params":{"id":9}}` + "\n",
		`{"id":1,"result":{}}` + "\n" + `{"id":1,"error":{"code":1,"message":"x"}}` + "\n", "not json\n", `{"id":null,"method":"log","params":[]}` + "\n", `{"id":9223372036854775807,"method":"x"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		c := newConn(discard{}, func(context.Context, string, json.RawMessage) (any, error) { return nil, nil })
		_ = c.run(t.Context(), strings.NewReader(string(in)))
		if err := c.call(t.Context(), methodPing, nil, nil); err == nil {
			t.Error("a call is answered after the end")
		}
	})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// play is a program that behaves in some way.
func play(as string) {
	switch as {
	case "silent":
		time.Sleep(time.Minute)
	case "quits":
		os.Exit(7)
	case "garbage":
		fmt.Println("Listening on port 3000")
		time.Sleep(time.Minute)
	case "large":
		fmt.Println(`{"jsonrpc":"2.0","id":1,"result":"` + strings.Repeat("x", 5<<20) + `"}`)
		time.Sleep(time.Minute)
	case "version", "nameless":
		bufio.NewScanner(os.Stdin).Scan()
		version, name := 1, ""
		if as == "version" {
			version, name = 99, "late"
		}
		fmt.Printf(`{"jsonrpc":"2.0","id":1,"result":{"version":%d,"about":{"name":%q,"title":"T"}}}`+"\n", version, name)
		time.Sleep(time.Minute)
	default:
		err := Serve(context.Background(), ServeOptions{New: func(json.RawMessage) (plugins.Plugin, error) { return &player{as: as}, nil }, In: os.Stdin, Out: os.Stdout})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
