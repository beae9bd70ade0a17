// Package auditstest holds what every plugins.AuditStore and plugins.Keeper owes its callers.
package auditstest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123000, time.UTC)

// Keeper tests a keeper. open returns two views of one and the same empty keeper, such as two replicas have.
func Keeper(t *testing.T, open func(t *testing.T) (a, b plugins.Keeper)) {
	a, b := open(t)
	ctx := t.Context()
	if _, err := a.Kept(ctx, "x"); !fault.Is(err, fault.NotFound) {
		t.Errorf("nothing is kept: %v", err)
	}
	for i, state := range []string{`{"a":1}`, `[]`, `"支付 \u0000"`} {
		at := noon.Add(time.Duration(i) * time.Hour)
		if err := a.Keep(ctx, "x", plugins.Kept{State: json.RawMessage(state), At: at}); err != nil {
			t.Fatal(err)
		}
		got, err := b.Kept(ctx, "x")
		if err != nil || string(got.State) != state || !got.At.Equal(at) {
			t.Errorf("kept %s, %v, %v", got.State, got.At, err)
		}
	}
	for name, k := range map[string]plugins.Kept{
		"":                       {State: json.RawMessage("1")},
		strings.Repeat("x", 201): {State: json.RawMessage("1")},
		"broken":                 {State: json.RawMessage("{")},
		"empty":                  {},
		"large":                  {State: json.RawMessage(`"` + strings.Repeat("x", plugins.MaxKept) + `"`)},
	} {
		if err := a.Keep(ctx, name, k); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.20s: %v", name, err)
		}
	}
	if _, err := b.Kept(ctx, "y"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another name: %v", err)
	}
}

// Audits tests a store of audits. open returns two views of one and the same empty store.
func Audits(t *testing.T, open func(t *testing.T) (a, b plugins.AuditStore)) {
	for name, test := range map[string]func(t *testing.T, a, b plugins.AuditStore){
		"life": life, "recent": recent, "reports": reports, "bounds": bounds, "at once": atOnce,
	} {
		t.Run(name, func(t *testing.T) {
			a, b := open(t)
			test(t, a, b)
		})
	}
}

func audit(id, url string, began time.Time, state plugins.AuditState) plugins.Audit {
	return plugins.Audit{
		ID: id, URL: url, Form: plugins.FormMobile, State: state, Began: began, Tool: "Lighthouse 12",
		Scores: []plugins.Score{{ID: "performance", Title: "Performance", Value: 71}, {ID: "seo", Title: "SEO", Value: plugins.NoScore}},
	}
}

func put(t *testing.T, s plugins.AuditStore, a plugins.Audit, report []byte) {
	t.Helper()
	if err := s.Put(t.Context(), a, report); err != nil {
		t.Fatal(err)
	}
}

func all(t *testing.T, s plugins.AuditStore, n int) []plugins.Audit {
	t.Helper()
	got, err := s.Recent(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func mark(t *testing.T, s plugins.AuditStore) string {
	t.Helper()
	m, err := s.Mark(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func life(t *testing.T, a, b plugins.AuditStore) {
	if got := all(t, a, 10); len(got) != 0 {
		t.Errorf("an empty store has %v", got)
	}
	empty := mark(t, b)
	running := audit("1", "https://a.example/", noon, plugins.AuditRunning)
	put(t, a, running, nil)
	first := mark(t, b)
	if first == empty || mark(t, b) != first {
		t.Errorf("marks %q, %q", empty, first)
	}
	if diff := cmp.Diff([]plugins.Audit{running}, all(t, b, 10)); diff != "" {
		t.Error(diff)
	}
	over := running
	over.State, over.Ended = plugins.AuditCompleted, noon.Add(time.Minute)
	put(t, b, over, []byte("report"))
	if mark(t, a) == first {
		t.Error("a change is not marked")
	}
	put(t, a, running, nil) // late word of what is over
	if diff := cmp.Diff([]plugins.Audit{over}, all(t, a, 10)); diff != "" {
		t.Error(diff)
	}
	put(t, a, over, nil)
	if got, err := b.Report(t.Context(), "1"); err != nil || string(got) != "report" {
		t.Errorf("report %q, %v", got, err)
	}
	put(t, a, audit("2", "https://a.example/", noon.Add(time.Hour), plugins.AuditFailed), nil)
	if n, err := b.Sweep(t.Context(), noon.Add(time.Minute)); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if got := all(t, a, 10); len(got) != 1 || got[0].ID != "2" {
		t.Errorf("after the sweep: %v", got)
	}
	if _, err := a.Report(t.Context(), "1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a report that was swept: %v", err)
	}
}

func recent(t *testing.T, a, b plugins.AuditStore) {
	for i := range 6 {
		put(t, a, audit(fmt.Sprint("a", i), "https://a.example/", noon.Add(time.Duration(i)*time.Hour), plugins.AuditCompleted), nil)
		put(t, b, audit(fmt.Sprint("b", i), "https://b.example/", noon.Add(time.Duration(-i)*time.Hour), plugins.AuditCompleted), nil)
	}
	var ids []string
	for _, x := range all(t, b, 2) {
		ids = append(ids, x.ID)
	}
	if diff := cmp.Diff([]string{"a5", "a4", "b0", "b1"}, ids); diff != "" {
		t.Error(diff)
	}
}

func reports(t *testing.T, a, b plugins.AuditStore) {
	large := bytes.Repeat([]byte("<p>report</p>\n"), 1<<16)
	for i := range plugins.KeepReports + 3 {
		put(t, a, audit(fmt.Sprint(i), "https://a.example/", noon.Add(time.Duration(i)*time.Hour), plugins.AuditCompleted), large)
	}
	desktop := audit("desktop", "https://a.example/", noon, plugins.AuditCompleted)
	desktop.Form = plugins.FormDesktop
	put(t, b, desktop, []byte("d"))
	for i := range plugins.KeepReports + 3 {
		got, err := b.Report(t.Context(), fmt.Sprint(i))
		if gone := i < 3; gone != fault.Is(err, fault.NotFound) || !gone && !bytes.Equal(got, large) {
			t.Errorf("report %d: %d bytes, %v", i, len(got), err)
		}
	}
	if got, err := a.Report(t.Context(), "desktop"); err != nil || string(got) != "d" {
		t.Errorf("another form: %q, %v", got, err)
	}
	if got := all(t, a, 100); len(got) != plugins.KeepReports+4 {
		t.Errorf("%d audits are left", len(got))
	}
}

func bounds(t *testing.T, a, _ plugins.AuditStore) {
	good := audit("1", "https://a.example/", noon, plugins.AuditCompleted)
	for name, change := range map[string]func(*plugins.Audit){
		"no id":      func(x *plugins.Audit) { x.ID = "" },
		"no address": func(x *plugins.Audit) { x.URL = "" },
		"no state":   func(x *plugins.Audit) { x.State = "" },
		"long":       func(x *plugins.Audit) { x.Why = strings.Repeat("x", plugins.MaxAudit) },
	} {
		bad := good
		change(&bad)
		if err := a.Put(t.Context(), bad, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.Put(t.Context(), good, make([]byte, plugins.MaxReport+1)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a report that is too large: %v", err)
	}
}

func atOnce(t *testing.T, a, b plugins.AuditStore) {
	marks := []string{mark(t, a)}
	var wg sync.WaitGroup
	for i, s := range []plugins.AuditStore{a, b, a, b} {
		wg.Go(func() {
			ctx := context.WithoutCancel(t.Context())
			for k := range 5 {
				if err := s.Put(ctx, audit(fmt.Sprint(i, "-", k), "https://a.example/", noon.Add(time.Duration(k)*time.Minute), plugins.AuditCompleted), []byte("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := all(t, b, 100); len(got) != 20 {
		t.Errorf("%d audits", len(got))
	}
	if marks = append(marks, mark(t, b)); len(slices.Compact(marks)) != 2 {
		t.Errorf("marks %v", marks)
	}
}
