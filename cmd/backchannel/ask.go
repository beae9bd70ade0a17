package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
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
	in := bufio.NewReaderSize(&interruptible{ctx: s.ctx, r: s.in}, 64<<10)
	out := bufio.NewWriter(s.out)
	defer out.Flush()
	skipMark(in)
	bad := false
	for {
		if in.Buffered() == 0 { // whoever asks line by line waits for the answer
			if err := out.Flush(); err != nil {
				return err
			}
		}
		line, err := readLine(in, maxQuestionLine)
		if errors.Is(err, io.EOF) {
			break
		}
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return fault.New(fault.Invalid, "the questions on standard input cannot be read: %s", reason(err))
		}
		if err == nil && strings.TrimSpace(string(line)) == "" {
			continue
		}
		var result any
		q, qerr := web.ParseQuestion(line)
		if err != nil {
			qerr = err
		}
		if qerr != nil {
			bad = true
			b := badLine{Error: qerr.Error()}
			if q.ID != "" {
				b.ID = &q.ID
			}
			result = b
		} else {
			answer, msg := a.ask(s.ctx, q)
			result = web.NewResult(q.ID, answer, msg)
		}
		if err := writeLine(out, result); err != nil {
			return err
		}
	}
	if bad {
		return errPrinted
	}
	return out.Flush()
}

// skipMark skips the byte order mark that some editors and shells put before UTF-8.
func skipMark(in *bufio.Reader) {
	const mark = "\uFEFF"
	if start, err := in.Peek(len(mark)); err == nil && string(start) == mark {
		_, _ = in.Discard(len(mark)) // it was just seen
	}
}

var errLongLine = errors.New("the line is too long")

// readLine returns the next line without its end. A longer one than most is skipped and gives errLongLine.
func readLine(in *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > most {
			line, long = nil, true
		}
		if !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || (len(line) == 0 && !long)) {
			return nil, err
		}
		if long {
			return nil, errLongLine
		}
		return []byte(strings.TrimRight(string(line), "\r\n")), nil
	}
}

// writeLine writes v as one line of JSON, with < and & as they are.
func writeLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
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
	return a.commands.Ask(ctx, a.question(q))
}
