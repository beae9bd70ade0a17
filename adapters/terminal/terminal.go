package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// workTime bounds a piece of Work, which the terminal waits for.
const workTime = time.Minute

// Config is what a Terminal needs.
type Config struct {
	In           io.Reader
	Out          io.Writer
	Options      func() Options // asked before every message, since a window may be resized; nil: Detect(Out)
	Organization string         // for the welcome
	Example      string         // a question for the welcome; "": none is shown
	Lang         lang.Lang      // of the interface; zero: English
	Zone         *time.Location // of the reader; nil: local
	Now          func() time.Time
	Quit         func() // called when the user asks to leave, before Run returns; may be nil
}

// Terminal is one conversation on the command line, as a bot.Platform.
type Terminal struct {
	cfg     Config
	choices []card.Option // of the last message that had any
	events  int
}

// New returns a terminal. Nothing is read or written before Run.
func New(cfg Config) *Terminal {
	if cfg.Options == nil {
		cfg.Options = func() Options { return Detect(cfg.Out, os.Getenv) }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	if cfg.Lang == "" {
		cfg.Lang = lang.English
	}
	return &Terminal{cfg: cfg}
}

// Name implements bot.Platform.
func (t *Terminal) Name() string { return "terminal" }

// Limits implements bot.Platform.
func (t *Terminal) Limits() card.Limits { return Limits() }

// Run implements bot.Platform: it reads questions line by line and writes the answers, until the input ends, the user
// quits, or ctx is done. A number picks from the choices shown last.
func (t *Terminal) Run(ctx context.Context, h bot.Handler) (err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r, typed := newReader(t.cfg.In, t.cfg.Out, "› ")
	defer func() { err = errors.Join(err, r.close()) }()
	if typed {
		t.welcome()
	}
	next := untilEnd(lines(ctx, r))
	for {
		line, err := next()
		if errors.Is(err, io.EOF) {
			if typed { // what comes next should not stand behind the prompt
				_, _ = io.WriteString(t.cfg.Out, "\n")
			}
			return nil
		}
		if err != nil {
			return err
		}
		if quit := t.answer(ctx, h, next, strings.TrimSpace(line)); quit {
			if t.cfg.Quit != nil {
				t.cfg.Quit()
			}
			return nil
		}
	}
}

// welcome says what can be typed.
func (t *Terminal) welcome() {
	if t.cfg.Example == "" {
		t.say(lang.TerminalWelcomePlain, lang.Args{"organization": t.cfg.Organization})
		return
	}
	t.say(lang.TerminalWelcome, lang.Args{"organization": t.cfg.Organization, "question": t.cfg.Example})
}

// untilEnd reads until there is an error, which it repeats from then on.
func untilEnd(read func() (string, error)) func() (string, error) {
	var ended error
	return func() (line string, err error) {
		if ended == nil {
			line, ended = read()
		}
		return line, ended
	}
}

// answer handles one line and reports whether the user wants to leave.
func (t *Terminal) answer(ctx context.Context, h bot.Handler, next func() (string, error), line string) (quit bool) {
	var input bot.Input = bot.Said{Text: line}
	switch strings.ToLower(line) {
	case "":
		return false
	case "quit", "exit", ":q", `\q`:
		return true
	case "help", "?", "帮助":
		t.say(lang.TerminalHelp, nil)
		input = bot.Invoked{Path: []string{"backchannel"}, Args: "help"}
	default:
		if n, err := strconv.Atoi(line); err == nil {
			if n < 1 || n > len(t.choices) {
				t.say(lang.TerminalNoChoice, lang.Args{"n": n, "of": len(t.choices)})
				return false
			}
			input = bot.Pressed{Intent: t.choices[n-1].Intent}
		}
	}
	reply, err := h.Handle(ctx, t.event(input))
	if open, ok := reply.(bot.Open); ok && err == nil {
		if reply, err = t.ask(ctx, h, next, open.Form); errors.Is(err, io.EOF) {
			return false // the next line ends the session
		}
	}
	t.show(ctx, reply, err)
	return false
}

func (t *Terminal) event(in bot.Input) *bot.Event {
	t.events++
	const local = "local"
	return &bot.Event{
		ID:      fmt.Sprintf("terminal:%s:%d", local, t.events),
		Time:    t.cfg.Now(),
		Address: bot.Address{Platform: t.Name(), Workspace: local, Channel: local},
		Actor:   bot.Actor{Platform: t.Name(), Workspace: local, ID: local},
		Channel: bot.Channel{Direct: true},
		Locale:  t.cfg.Lang,
		Zone:    t.cfg.Zone,
		Input:   in,
		Full:    true,
		Forms:   true,
	}
}

// show writes a reply; Work is waited for with its note on the screen.
func (t *Terminal) show(ctx context.Context, reply bot.Reply, err error) {
	if work, ok := reply.(bot.Work); ok && err == nil {
		t.write(work.Note)
		ctx, cancel := context.WithTimeout(ctx, workTime)
		defer cancel()
		reply, err = work.Run(ctx)
	}
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, workTime)
		reply, err = bot.Await(ctx, reply)
		cancel()
	}
	if err != nil {
		t.say(lang.TerminalBroken, nil)
		return
	}
	if m, _, ok := bot.MessageOf(reply); ok {
		t.write(m)
		if c := Choices(m); len(c) > 0 {
			t.choices = c
		}
	}
}

func (t *Terminal) say(key lang.Key, args lang.Args) {
	t.write(card.Message{Lang: t.cfg.Lang, Blocks: []card.Block{card.Note{Spans: card.Say(t.cfg.Lang, key, args)}}})
}

// write shows a message with an empty line behind it. An output that is gone ends the input too; there is nobody to
// tell.
func (t *Terminal) write(m card.Message) {
	if out := Render(m, t.cfg.Options()); len(out) > 0 {
		_, _ = t.cfg.Out.Write(append(out, '\n'))
	}
}

// Prompt runs a conversation with a function that answers questions: a choice is asked as its label.
func Prompt(ctx context.Context, in io.Reader, out io.Writer, ask func(ctx context.Context, text string) (card.Message, error)) error {
	t := New(Config{In: in, Out: out})
	return t.Run(ctx, bot.HandlerFunc(func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		var text string
		switch in := ev.Input.(type) {
		case bot.Said:
			text = in.Text
		case bot.Pressed:
			for _, c := range t.choices {
				if c.Intent.Name == in.Intent.Name && strings.Join(c.Intent.Args, "\x00") == strings.Join(in.Intent.Args, "\x00") {
					text = c.Label
				}
			}
		}
		m, err := ask(ctx, text)
		return bot.Say{Message: m}, err
	}))
}
