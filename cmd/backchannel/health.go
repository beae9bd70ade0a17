package main

import (
	"encoding/json"
	"net/http"
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
