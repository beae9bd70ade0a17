package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/backchannel-portal/backchannel/adapters/terminal"
	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type askCmd struct {
	Question []string `arg:"" optional:"" help:"The question, in English or Chinese."`
	Batch    bool     `help:"Read questions as JSON lines from standard input and answer in JSON lines."`
	Channel  string   `help:"Name of the channel the question is asked in, such as #inc-checkout." placeholder:"NAME"`
	Thread   string   `help:"File with the conversation so far: a JSON array of {from, text}." placeholder:"FILE"`
	Explain  bool     `help:"Also say how the question was understood."`
	Now      moment   `help:"The time that answers speak of (RFC 3339)." placeholder:"TIME"`
}

// maxQuestionLine bounds one line of a batch: a question of 40,000 characters with its thread.
const maxQuestionLine = 4 << 20

// Run answers.
func (c *askCmd) Run(s *session) error {
	if c.Batch == (len(c.Question) > 0) {
		return fault.New(fault.Invalid, "ask takes a question, or --batch and questions on standard input")
	}
	cfg, err := s.load()
	if err != nil {
		return err
	}
	a, err := s.oneShot(cfg, c.Now.clock())
	if err != nil {
		return err
	}
	defer a.close()
	if c.Batch {
		return c.batch(s, a)
	}
	q := web.Question{Text: strings.Join(c.Question, " "), Channel: c.Channel}
	if c.Thread != "" {
		if q.Thread, err = readThread(s.ctx, c.Thread); err != nil {
			return err
		}
	}
	return c.one(s, a, q)
}

func readThread(ctx context.Context, path string) ([]web.Turn, error) {
	data, err := readInput(ctx, path, maxQuestionLine)
	if err != nil {
		return nil, err
	}
	var turns []web.Turn
	if err := json.Unmarshal(data, &turns); err != nil {
		return nil, fault.At(fault.Position{File: path}, "a thread is a JSON array of {\"from\": \"user\" or \"bot\", \"text\": \"...\"}: %v", err)
	}
	for i, t := range turns {
		if err := t.Check(); err != nil {
			return nil, fault.At(fault.Position{File: path, Field: fmt.Sprintf("[%d]", i)}, "%v", err)
		}
	}
	return turns, nil
}

// one prints a single answer.
func (c *askCmd) one(s *session, a *app, q web.Question) error {
	if c.Explain {
		read := a.question(q)
		read.Explain = true
		explain(s.err, a.commands.Read(s.ctx, read))
	}
	answer, msg := a.ask(s.ctx, q)
	if s.Output == "json" {
		return writeLine(s.out, web.NewResult(q.ID, answer, msg))
	}
	_, err := s.out.Write(terminal.Render(msg, terminal.Detect(s.out, os.Getenv)))
	return err
}

// explain writes how a question was understood.
func explain(w io.Writer, r understand.Reading) {
	fmt.Fprintf(w, "intent      %s (%.0f %%), %s\n", r.Intent, 100*r.Confidence, r.Lang)
	for _, e := range r.Entities {
		fmt.Fprintf(w, "entity      %s\n", e)
	}
	for _, e := range r.Candidates {
		fmt.Fprintf(w, "candidate   %s\n", e)
	}
	for _, t := range r.Tech {
		fmt.Fprintf(w, "technology  %s %s\n", t.ID, t.Range)
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(w, "unknown     %s\n", strings.Join(r.Unknown, ", "))
	}
	if r.Topic != "" {
		fmt.Fprintf(w, "topic       %s\n", r.Topic)
	}
	for _, y := range r.Why {
		fmt.Fprintf(w, "because     %s\n", y)
	}
}

// badLine answers a line of a batch that is not a question.
type badLine struct {
	ID    *string `json:"id"`
	Error string  `json:"error"`
}

// batch answers JSON lines in order. A bad line gives an error in its place, and errPrinted at the end.
func (c *askCmd) batch(s *session, a *app) error {
	return eachLine(s, "questions", maxQuestionLine, func(out io.Writer, line []byte, bad error) (ok bool, err error) {
		q, wrong := web.ParseQuestion(line)
		if bad != nil {
			wrong = bad
		}
		if wrong != nil {
			b := badLine{Error: wrong.Error()}
			if q.ID != "" {
				b.ID = &q.ID
			}
			return false, writeLine(out, b)
		}
		answer, msg := a.ask(s.ctx, q)
		return true, writeLine(out, web.NewResult(q.ID, answer, msg))
	})
}

// question turns a question of the JSON format into one for the commands.
func (a *app) question(q web.Question) commands.Question {
	out := commands.Question{Text: q.Text, Channel: q.Channel, Full: true}
	for _, t := range q.Thread {
		out.Thread = append(out.Thread, understand.Turn{FromBot: t.From == "bot", Text: t.Text})
	}
	return out
}

// ask answers a question of the JSON format with everything there is to say.
func (a *app) ask(ctx context.Context, q web.Question) (bot.Answer, card.Message) {
	return a.commands.AskWaiting(ctx, a.question(q), askPatience)
}
