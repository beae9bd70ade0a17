package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// ask answers POST /api/ask: one question object in, one answer object out (CONTRACTS section 2).
func (w *Web) ask(rw http.ResponseWriter, r *http.Request) {
	if w.cfg.Allow != nil && !w.cfg.Allow(w.client(r)) {
		rw.Header().Set("Retry-After", "1")
		w.json(rw, http.StatusTooManyRequests, failure{Error: lang.Text(tongue(r), lang.BotTooFast, nil)})
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxAskBody))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			w.json(rw, http.StatusRequestEntityTooLarge, failure{Error: "the question is larger than 1 MiB"})
			return
		}
		w.json(rw, http.StatusBadRequest, failure{Error: "the question could not be read"})
		return
	}
	q, err := ParseQuestion(body)
	if err != nil {
		f := failure{Error: err.Error()}
		if q.ID != "" {
			f.ID = &q.ID
		}
		w.json(rw, http.StatusBadRequest, f)
		return
	}
	q.Text = question(q.Text)
	answer, m := w.cfg.Ask(r.Context(), q)
	w.json(rw, http.StatusOK, NewResult(q.ID, answer, m))
}

// failure is what a bad question gets.
type failure struct {
	ID    *string `json:"id"`
	Error string  `json:"error"`
}

func (w *Web) json(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	enc := json.NewEncoder(rw)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		w.cfg.Log.Debug("answer not delivered", "err", err)
	}
}
