package discord

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Route is a path that the adapter wants served.
type Route struct {
	Method  string
	Path    string
	Handler http.Handler
}

// Routes are the callbacks that Discord calls, for the one HTTP listener; none in ModeGateway.
func (a *Adapter) Routes() []Route {
	if a.cfg.Mode != ModeHTTP {
		return nil
	}
	return []Route{{http.MethodPost, "/discord/interactions", http.HandlerFunc(a.serve)}}
}

// maxBody is the largest callback taken. A press carries the message it is on, a modal up to 4,000 characters a field.
const maxBody = 1 << 20

// serve takes an interaction. Nothing is parsed before the signature is verified: Discord sends bad ones on purpose,
// and takes the address away when one is accepted.
func (a *Adapter) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "unreadable body", status)
		return
	}
	if !a.verify(r.Header.Get("X-Signature-Timestamp"), r.Header.Get("X-Signature-Ed25519"), body) {
		http.Error(w, "bad signature", http.StatusUnauthorized)
		return
	}
	in, err := decodeInteraction(body)
	if err != nil {
		a.deps.Log.Warn("discord: malformed interaction", "err", err)
		http.Error(w, "malformed interaction", http.StatusBadRequest)
		return
	}
	if in.Type == isPing {
		writeJSON(w, callback{Type: answerPong})
		return
	}
	s := a.live.Load()
	if s == nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	a.converse(w, r, s, in)
}

// converse lets the first answer be given in the body.
func (a *Adapter) converse(w http.ResponseWriter, r *http.Request, s *session, in interaction) {
	answers := make(chan callback)
	written := make(chan error, 1)
	err := s.interact(in, func(ctx context.Context, c callback) error {
		select {
		case answers <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
		return <-written
	})
	if err != nil {
		a.deps.Log.Warn("discord: an interaction was not taken in", "err", err)
		status := http.StatusServiceUnavailable
		if fault.Is(err, fault.Invalid) {
			status = http.StatusBadRequest
		}
		http.Error(w, "try again", status)
		return
	}
	select {
	case c := <-answers:
		err := writeJSON(w, c)
		if err == nil {
			err = http.NewResponseController(w).Flush()
		}
		written <- err
	case <-r.Context().Done():
	}
}

func writeJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "no answer", http.StatusInternalServerError)
		return fault.Wrap(fault.Internal, err, "write an answer")
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(body)
	return err
}
