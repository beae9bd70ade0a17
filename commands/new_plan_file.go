package commands

import (
	"bytes"
	"context"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// What is shown of the files of a plan.
const (
	menuFiles = 20
	fileLines = 60
	fileRunes = 2400
)

// fileMenu offers the files of a plan to be looked at, some at a time.
func (m *making) fileMenu(files []PlanFile, from int) (card.Action, bool) {
	if from >= len(files) {
		from = 0
	}
	menu := card.Action{Label: m.text(lang.NewLookAt, nil), Anyone: true}
	for _, f := range files[from:min(from+menuFiles, len(files))] {
		menu.Options = append(menu.Options, card.Option{Label: tail(f.Path, 70), Hint: sizeText(f.Size), Intent: card.Intent{Name: intentFile, Args: []string{m.draft.ID, f.Path}}})
	}
	if len(files) > menuFiles {
		next := from + menuFiles
		if next >= len(files) {
			next = 0
		}
		menu.Options = append(menu.Options, card.Option{Label: m.text(lang.NewOtherFiles, nil), Intent: card.Intent{Name: intentPlan, Args: []string{m.draft.ID, strconv.Itoa(next)}}})
	}
	return menu, len(menu.Options) > 0
}

// tail is the end of a long path.
func tail(s string, most int) string {
	if n := utf8.RuneCountInString(s); n > most {
		r := []rune(s)
		return "…" + string(r[n-most+1:])
	}
	return s
}

// handleFile shows one file of a plan: whole where it is new, what differs where it is not.
func (c *Commands) handleFile(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	m, err := c.making(ctx, ev, argument(in, 0))
	if err != nil {
		return nil, err
	}
	name := argument(in, 1)
	return m.work(func(ctx context.Context) (bot.Reply, error) {
		plan, _, problems, err := m.plan(ctx)
		if err != nil {
			return nil, err
		}
		i := -1
		if len(problems) == 0 {
			i = slices.IndexFunc(plan.Files, func(f PlanFile) bool { return f.Path == name })
		}
		if i < 0 {
			return m.only(bot.NotFound, lang.NewFileGone, lang.Args{"file": card.M(name)}), nil
		}
		m.file(plan.Files[i])
		return bot.Whisper{Message: card.Message{Lang: m.l, Blocks: m.blocks}}, nil
	}), nil
}

func (m *making) file(f PlanFile) {
	args := lang.Args{"file": card.M(f.Path), "size": sizeText(f.Size)}
	switch {
	case f.Text == nil:
		m.line(lang.NewFileBinary, args)
		return
	case f.Before != nil && bytes.Equal(f.Before, f.Text):
		m.line(lang.NewFileSame, args)
		return
	case f.Before != nil:
		m.line(lang.NewFileChanged, args)
		text, cut := head(string(diff.Diff(f.Path, f.Before, f.Path, f.Text)))
		m.add(card.Code{Language: "diff", Text: text})
		m.rest(cut)
		return
	case len(f.Text) == 0:
		m.line(lang.NewFileEmpty, args)
		return
	}
	m.line(lang.NewFile, args)
	text, cut := head(string(f.Text))
	m.add(card.Code{Language: strings.TrimPrefix(path.Ext(f.Path), "."), Text: text})
	m.rest(cut)
}

func (m *making) rest(lines int) {
	if lines > 0 {
		m.add(card.Note{Spans: m.say(lang.NewFileCut, lang.Args{"n": lines})})
	}
}

// head is the beginning of a text, and how many lines are left out.
func head(s string) (string, int) {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	n, runes := 0, 0
	for n < len(lines) && n < fileLines {
		if runes += utf8.RuneCountInString(lines[n]) + 1; runes > fileRunes && n > 0 {
			break
		}
		n++
	}
	return clipTo(strings.Join(lines[:n], "\n"), fileRunes), len(lines) - n
}
