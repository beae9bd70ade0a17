package plugins

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// RunsCard makes the parts of a card about builds, in one language.
type RunsCard struct {
	Lang     lang.Lang
	Now      time.Time
	Provider string // as readers call it
	Project  string // as readers call it
	Pages    string // where the project's builds are shown, or ""
}

func (c RunsCard) say(key lang.Key, args lang.Args) []card.Span { return card.Say(c.Lang, key, args) }

func (c RunsCard) text(key lang.Key, args lang.Args) string { return lang.Text(c.Lang, key, args) }

// name is a run as people call it, with the way to its page.
func (c RunsCard) name(r Run) []card.Span {
	spans := BuildName(c.Lang, r.Name, r.Number)
	if r.URL == "" {
		return spans
	}
	text := ""
	for _, s := range spans {
		text += s.Text
	}
	return []card.Span{card.L(text, r.URL)}
}

func (c RunsCard) age(t time.Time) string { return lang.Age(c.Lang, c.Now.Sub(t)) }

func (c RunsCard) project() card.Span { return card.S(c.Project) }

// moment is a point in time as a span.
func (c RunsCard) moment(t time.Time) card.Span {
	return card.Span{Kind: card.Time, Text: lang.Moment(c.Lang, t.UTC(), c.Now.UTC()) + " UTC", At: t}
}

// Head says how a branch is, and what is going on there now.
func (c RunsCard) Head(b Branch) []card.Block {
	args := lang.Args{"branch": card.M(b.Name), "project": c.project()}
	var spans []card.Span
	switch b.State {
	case RunPassed:
		args["build"], args["age"], args["took"] = c.name(b.Last), c.age(b.Last.Ended), ""
		if took := b.Last.Took(); took > 0 {
			args["took"] = c.text(lang.RunsGreenTook, lang.Args{"span": lang.Span(c.Lang, took)})
		}
		spans = c.say(lang.RunsGreen, args)
	case RunFailed:
		spans = c.broken(b, args)
	default:
		spans = c.say(lang.RunsNoneFinished, args)
	}
	blocks := []card.Block{card.Text{Spans: spans}}
	if b.State == RunFailed && b.Turn.Subject != "" {
		blocks = append(blocks, card.Text{Spans: c.say(lang.RunsSubject, lang.Args{"subject": b.Turn.Subject})})
	}
	if len(b.Going) > 0 {
		blocks = append(blocks, card.Text{Spans: c.going(b.Going[0])})
	}
	return blocks
}

// broken says since when a branch is broken and by whom; and which failure was the last, where that is another one.
func (c RunsCard) broken(b Branch, args lang.Args) []card.Span {
	r := b.Turn
	args["build"], args["when"], args["who"], args["age"] = c.name(r), c.moment(r.Ended), card.S(r.Author), c.age(r.Ended)
	args["commit"] = card.M(r.Commit[:min(len(r.Commit), 7)])
	var spans []card.Span
	switch {
	case !b.Seen:
		args["build"], args["age"] = c.name(b.Failing[0]), c.age(b.Failing[0].Ended)
		return c.say(lang.RunsBrokenLonger, args)
	case r.Author != "" && r.Commit != "":
		spans = c.say(lang.RunsBrokenBy, args)
	default:
		spans = c.say(lang.RunsBroken, args)
	}
	last := slices.MaxFunc(b.Failing, func(x, y Run) int { return x.Ended.Compare(y.Ended) })
	if last.ID != r.ID {
		spans = append(spans, card.T(c.gap()))
		spans = append(spans, c.say(lang.RunsLastFailed, lang.Args{"build": c.name(last), "age": c.age(last.Ended)})...)
	}
	return spans
}

func (c RunsCard) gap() string {
	if c.Lang == lang.Chinese {
		return ""
	}
	return " "
}

func (c RunsCard) going(r Run) []card.Span {
	key := lang.RunsGoing
	switch r.State {
	case RunHeld:
		key = lang.RunsHeld
	case RunQueued:
		key = lang.RunsWaiting
	}
	return c.say(key, lang.Args{"build": c.name(r), "span": lang.Span(c.Lang, c.Now.Sub(r.Started))})
}

// StateWord is a state in a word.
func (c RunsCard) StateWord(s RunState) string {
	key, ok := map[RunState]lang.Key{
		RunPassed: lang.RunsStatePassed, RunFailed: lang.RunsStateFailed, RunRunning: lang.RunsStateRunning,
		RunQueued: lang.RunsStateQueued, RunHeld: lang.RunsStateHeld, RunCanceled: lang.RunsStateCanceled,
	}[s]
	if !ok {
		return string(s)
	}
	return c.text(key, nil)
}

// maxOthers bounds the branches of a table.
const maxOthers = 5

// Others is a table of the other branches of a project that had a run since a time; nil where there is none.
func (c RunsCard) Others(runs []Run, main string, since time.Time) []card.Block {
	t := card.Table{Caption: c.text(lang.RunsOthers, nil), Columns: []card.Column{
		{Title: c.text(lang.RunsColBranch, nil)}, {Title: c.text(lang.RunsColState, nil)}, {Title: c.text(lang.RunsColBuild, nil)},
		{Title: c.text(lang.RunsColWhen, nil)}, {Title: c.text(lang.RunsColWho, nil)},
	}}
	for _, name := range Branches(runs) {
		b := BranchOf(runs, name)
		if name == main || b.Latest.Started.Before(since) {
			continue
		}
		if len(t.Rows) == maxOthers {
			t.More++
			continue
		}
		r, state := b.Latest, b.Latest.State
		if len(b.Failing) > 0 && state.Finished() {
			state = RunFailed
		}
		t.Rows = append(t.Rows, [][]card.Span{{card.M(name)}, {card.S(c.StateWord(state))}, BuildName(c.Lang, r.Name, r.Number), {card.T(c.age(r.Started))}, {card.T(r.Author)}})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	t.MoreURL = c.Pages
	return []card.Block{t}
}

// Trend shows how long the runs of a workflow took, oldest first: the sentence with the median, and a chart.
func (c RunsCard) Trend(branch string, runs []Run) []card.Block {
	if len(runs) == 0 {
		return []card.Block{card.Text{Spans: c.say(lang.RunsTrendNone, lang.Args{"project": c.project()})}}
	}
	last := runs[len(runs)-1]
	sorted := make([]time.Duration, len(runs))
	chart := card.Chart{Kind: card.ChartBar, Unit: c.text(lang.RunsTrendUnit, nil), Title: c.text(lang.RunsTrend, lang.Args{"name": last.Name, "branch": branch})}
	unnumbered := slices.ContainsFunc(runs, func(r Run) bool { return r.Number == 0 })
	layout := startLayout(runs)
	for i, r := range runs {
		sorted[i] = r.Took()
		label := "#" + strconv.FormatInt(r.Number, 10)
		if unnumbered {
			label = r.Started.UTC().Format(layout)
		}
		chart.Points = append(chart.Points, card.Point{Label: label, Value: math.Round(r.Took().Minutes()*10) / 10})
	}
	slices.Sort(sorted)
	head := c.say(lang.RunsTrendSum, lang.Args{
		"name": card.S(last.Name), "branch": card.M(branch), "project": c.project(), "n": len(runs),
		"span": lang.Span(c.Lang, sorted[len(sorted)/2]), "last": lang.Span(c.Lang, last.Took()),
	})
	blocks := []card.Block{card.Text{Spans: head}}
	if len(runs) > 1 {
		blocks = append(blocks, chart)
	}
	return blocks
}

// startLayout is the shortest layout of times that tells when runs began from each other.
func startLayout(runs []Run) string {
	days := map[string]bool{}
	for _, r := range runs {
		days[r.Started.UTC().Format(time.DateOnly)] = true
	}
	switch len(days) {
	case 1:
		return "15:04"
	case len(runs):
		return "01-02"
	}
	return "01-02 15:04"
}

// Nothing says that a project has no builds, or is not known; of a provider that did not answer, when what follows was
// so.
func (c RunsCard) Nothing(known bool) []card.Block {
	key := lang.RunsNone
	if !known {
		key = lang.RunsUnknown
	}
	return []card.Block{card.Text{Spans: c.say(key, lang.Args{"project": c.project(), "provider": c.Provider})}}
}

// Away is the line that says that the provider did not answer, and when what is shown was so.
func (c RunsCard) Away(at time.Time) card.Block {
	return card.Text{Spans: c.say(lang.RunsAway, lang.Args{"provider": c.Provider, "age": c.age(at)})}
}
