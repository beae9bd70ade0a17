package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// part is one thing the service stands on, and how it is.
type part struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}

// readiness is the body of /readyz.
type readiness struct {
	Status string `json:"status"` // ok, degraded or loading
	Parts  []part `json:"parts"`
}

// healthz answers that the process lives.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("ok\n"))
}

// readyz answers 200 once the catalog is loaded, whatever else is down, and says what is degraded.
func readyz(loaded func() bool, parts func() []part) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		r := readiness{Status: "ok", Parts: parts()}
		code := http.StatusOK
		for _, p := range r.Parts {
			if !p.OK {
				r.Status = "degraded"
			}
		}
		if !loaded() {
			r.Status, code = "loading", http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		json.NewEncoder(w).Encode(r)
	}
}

// ofNamedFile tells from a change how the one file is that a source was configured to read: gone or unreadable, or
// fine. known is false where the source is no single file or the change is not about it. Such a file keeps its last
// good version like any other, but with it the whole source is away.
func ofNamedFile(origin string, d catalog.Delta) (problem error, known bool) {
	name, isFile := strings.CutPrefix(origin, "file:")
	if isFile {
		name = filepath.Clean(name)
	} else if name, isFile = strings.CutPrefix(origin, "url:"); !isFile {
		return nil, false
	}
	for _, f := range d.Files {
		if f.Location != name {
			continue
		}
		for _, p := range f.Problems {
			if p.Code == catalog.ProblemUnreadable && f.Hash == [32]byte{} {
				return errors.New(p.Message), true
			}
		}
		return nil, true
	}
	return nil, false
}
