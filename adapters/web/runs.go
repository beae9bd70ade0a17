package web

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Runs is what the pages of runs show.
type Runs interface {
	// Run returns a run as it stands, for whom the view shows the template that it is of, with the lines of its log
	// behind a number. A run that is not there, or not for them, is an error of kind NotFound.
	Run(ctx context.Context, id string, after int64, view search.View, l lang.Lang) (Run, error)
}

// Run is one attempt at making something from a template.
type Run struct {
	Title   string
	Message card.Message // how it stands
	Lines   []RunLine
	Seen    int64 // what to ask for next
	Stops   bool  // somebody asked it to end
	Over    bool
}

// RunLine is a line of the log of a run.
type RunLine struct {
	At    time.Time
	Step  string
	Text  string
	State string // of a step: begun, done, skipped or failed; "" for a line of its log
}

// The rhythm and the bounds of following a run.
const (
	runEvery   = 500 * time.Millisecond // how often the log is looked at
	runBeat    = 15 * time.Second       // between signs of life
	runStream  = 10 * time.Minute       // then the browser asks again
	runWrite   = 10 * time.Second
	maxStreams = 500 // runs that are followed at once
)

// runPage is the data of the page of a run.
type runPage struct {
	ID     string
	Answer exchange
	Lines  []RunLine
	Seen   int64
	Over   bool
}

// run is /runs/{id}.
func (w *Web) run(rw http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	run, ok := w.readRun(rw, r, id, 0)
	if !ok {
		return
	}
	answer, err := w.showRun(rw, r, run)
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	rw.Header().Set("Cache-Control", "no-store")
	w.render(rw, r, http.StatusOK, "run", page{Title: run.Title, Nav: "templates"}, runPage{ID: id, Answer: answer, Lines: run.Lines, Seen: run.Seen, Over: run.Over})
}

// readRun reads a run. When that fails, it has answered.
func (w *Web) readRun(rw http.ResponseWriter, r *http.Request, id string, after int64) (Run, bool) {
	if w.cfg.Runs == nil {
		w.missing(rw, r, "")
		return Run{}, false
	}
	ctx, cancel := context.WithTimeout(r.Context(), formStoreTime)
	defer cancel()
	run, err := w.cfg.Runs.Run(ctx, id, after, w.view(r), tongue(r))
	switch {
	case fault.Is(err, fault.NotFound):
		w.missing(rw, r, "")
	case err != nil:
		w.broken(rw, r, err)
	}
	return run, err == nil
}

func (w *Web) broken(rw http.ResponseWriter, r *http.Request, err error) {
	w.cfg.Log.Error("a page was not made", "path", r.URL.Path, "err", err)
	w.refuse(rw, r, http.StatusServiceUnavailable, lang.WebBroken)
}

// showRun is the message that shows a run, with buttons for whoever looks.
func (w *Web) showRun(rw http.ResponseWriter, r *http.Request, run Run) (exchange, error) {
	actor, err := w.actor(rw, r)
	if err != nil {
		return exchange{}, err
	}
	return exchange{Lang: language(run.Message.Lang), Answer: Render(run.Message, w.cfg.BaseURL, w.signer(actor))}, nil
}

// runEvents is /runs/{id}/events: what is new of a run, as server-sent events (HTML Living Standard, section 9.2), until
// it is over. An event is "run", with the message and the lines of the log as HTML; its id is how far the log was read.
func (w *Web) runEvents(rw http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	after, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // from the beginning where it is none
	if from, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64); err == nil && after == 0 {
		after = from
	}
	run, ok := w.readRun(rw, r, id, max(after, 0))
	if !ok {
		return
	}
	if n := w.streams.Add(1); n > maxStreams {
		w.streams.Add(-1)
		rw.Header().Set("Retry-After", "30")
		w.refuse(rw, r, http.StatusServiceUnavailable, lang.SigninSlow)
		return
	}
	defer w.streams.Add(-1)
	h := rw.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s := &runStreamer{w: w, rw: rw, r: r, out: http.NewResponseController(rw)}
	if err := s.follow(id, run); err != nil {
		w.cfg.Log.Debug("a run is no longer followed", "run", id, "err", err) // the browser is gone, or asks again
	}
}

// runStreamer writes the events of one run to one browser.
type runStreamer struct {
	w   *Web
	rw  http.ResponseWriter
	r   *http.Request
	out *http.ResponseController
}

func (s *runStreamer) follow(id string, run Run) error {
	begun, beat := s.w.cfg.Now(), s.w.cfg.Now()
	if err := s.send(run); err != nil {
		return err
	}
	seen, stops := run.Seen, run.Stops
	for !run.Over && s.w.cfg.Now().Sub(begun) < runStream {
		select {
		case <-s.w.ending:
			return nil
		case <-s.r.Context().Done():
			return s.r.Context().Err()
		case <-time.After(runEvery):
		}
		var err error
		ctx, cancel := context.WithTimeout(s.r.Context(), formStoreTime)
		run, err = s.w.cfg.Runs.Run(ctx, id, seen, s.w.view(s.r), tongue(s.r))
		cancel()
		switch {
		case err != nil:
			return err
		case run.Seen != seen || run.Stops != stops:
			if err := s.send(run); err != nil {
				return err
			}
			seen, stops = run.Seen, run.Stops
		case s.w.cfg.Now().Sub(beat) > runBeat:
			beat = s.w.cfg.Now()
			if err := s.write(": alive\n\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// send writes what is new.
func (s *runStreamer) send(run Run) error {
	answer, err := s.w.showRun(s.rw, s.r, run)
	if err != nil {
		return err
	}
	lines, err := s.w.runLines(run.Lines, tongue(s.r))
	if err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"title": run.Title, "message": string(answer.Answer), "lines": string(lines), "over": run.Over})
	if err != nil {
		return err
	}
	return s.write(fmt.Sprintf("event: run\nid: %d\ndata: %s\n\n", run.Seen, data))
}

func (s *runStreamer) write(text string) error {
	if err := s.out.SetWriteDeadline(time.Now().Add(runWrite)); err != nil {
		return err
	}
	if _, err := s.rw.Write([]byte(text)); err != nil {
		return err
	}
	return s.out.Flush()
}

// runLines are lines of a log as the page shows them.
func (w *Web) runLines(lines []RunLine, l lang.Lang) (template.HTML, error) {
	var b strings.Builder
	err := w.pages.ExecuteTemplate(&b, "run_lines", frame{Lang: l, Data: lines})
	return template.HTML(b.String()), err
}

// Clock is when a line was written, to the second.
func (l RunLine) Clock() string { return l.At.UTC().Format("15:04:05") }

// Stamp is when a line was written, for machines.
func (l RunLine) Stamp() string { return l.At.UTC().Format(time.RFC3339) }

// beginTemplate is what the button of a template does: it opens the form.
func (w *Web) beginTemplate(rw http.ResponseWriter, r *http.Request) {
	if w.cfg.Begin == nil {
		w.missing(rw, r, "")
		return
	}
	ref := chi.URLParam(r, "kind") + ":" + chi.URLParam(r, "namespace") + "/" + chi.URLParam(r, "name")
	actor, err := w.actor(rw, r)
	if err != nil {
		w.broken(rw, r, err)
		return
	}
	ex := w.answer(r, actor, w.cfg.Begin(ref))
	rw.Header().Set("Cache-Control", "no-store")
	if ex.Location != "" {
		http.Redirect(rw, r, ex.Location, http.StatusSeeOther)
		return
	}
	w.chatPage(rw, r, translate(tongue(r), string(lang.SiteTemplates)), &ex)
}

// elsewhere is where an answer goes on that is no message: the page of a form, or of a run.
func (w *Web) elsewhere(ctx context.Context, ev *bot.Event, reply bot.Reply) (string, error) {
	switch reply := reply.(type) {
	case bot.Open:
		if w.cfg.Forms == nil {
			return "", nil
		}
		return w.cfg.Forms().Open(ctx, ev, reply.Form)
	case bot.Follow:
		if id, ok := strings.CutPrefix(reply.Key, "run:"); ok && w.cfg.Runs != nil {
			return "/runs/" + id, nil
		}
	}
	return "", nil
}

// Close ends what would go on for as long as a browser looks.
func (w *Web) Close() { w.end.Do(func() { close(w.ending) }) }
