package circleci

import (
	"context"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// answersBuilds is the intent of questions about builds.
const answersBuilds = "builds"

// Views implements plugins.HasViews.
func (p *Plugin) Views() []plugins.View {
	has := func(e *catalog.Entity) bool { _, ok := SlugOf(e); return ok }
	all := []plugins.View{
		{
			Name: "builds", Title: plugins.TextOf(lang.RunsTitle), Answers: answersBuilds, Card: true,
			Has: has, Show: p.showBuilds, Fresh: 30 * time.Second, Timeout: 20 * time.Second,
		},
		{
			Name: "trend", Title: plugins.TextOf(lang.RunsTrendTitle), Command: "build-times", Phrases: trendPhrases(),
			Has: has, Show: p.showTrend, Fresh: 5 * time.Minute, Timeout: 20 * time.Second,
		},
		{
			Name: "artifacts", Title: plugins.TextOf(lang.RunsArtifactsTitle), Command: "artifacts", Phrases: artifactPhrases(),
			Has: has, Show: p.showArtifacts, Fresh: time.Minute, Timeout: 20 * time.Second,
		},
	}
	if p.c.Told { // no webhook tells of artifacts
		return all[:2]
	}
	return all
}

func trendPhrases() []plugins.Phrase {
	return []plugins.Phrase{
		{Lang: lang.English, Pattern: "how (long|slow) (do|does|is|are) .. (build|builds|pipeline|ci) of @ .."},
		{Lang: lang.English, Pattern: "how (long|slow) (do|does|is|are) @ (build|builds|pipeline|ci) .."},
		{Lang: lang.English, Pattern: "(build|pipeline|ci) (times|time|duration|durations) (of|for) @"},
		{Lang: lang.Chinese, Pattern: "@ .. 构建 .. (多久|多长时间|耗时|用时)"},
	}
}

func artifactPhrases() []plugins.Phrase {
	return []plugins.Phrase{
		{Lang: lang.English, Pattern: "(build|ci)? artifacts (of|for|from) @"},
		{Lang: lang.English, Pattern: "@ (build|ci)? artifacts"},
		{Lang: lang.Chinese, Pattern: "@ .. 构建产物"},
	}
}

// situation is what a card is made of.
type situation struct {
	slug   Slug
	card   plugins.RunsCard
	main   string
	branch plugins.Branch
	runs   []plugins.Run
	away   bool // CircleCI did not answer: it is what was known
	asOf   time.Time
}

// see looks at the project of an entity. What is known counts where CircleCI does not answer.
func (p *Plugin) see(ctx context.Context, q plugins.Query) (situation, error) {
	slug, ok := SlugOf(q.Entity)
	if !ok {
		return situation{}, fault.New(fault.NotFound, "there is no project")
	}
	s := situation{slug: slug, card: plugins.RunsCard{Lang: q.Lang, Now: q.Now, Provider: Title, Project: slug.Project(), Pages: slug.pages(p.web())}}
	p.board.Asked(Name, slug.String())
	_, looked := p.board.Of(Name, slug.String())
	var err error
	if p.host.Now().Sub(looked) >= freshLook {
		err = p.look(ctx, slug)
	}
	s.runs, looked = p.board.Of(Name, slug.String())
	if err != nil && (len(s.runs) == 0 || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound)) {
		return s, err
	}
	s.away, s.asOf = err != nil, looked
	if s.away || p.c.Told && len(s.runs) > 0 {
		s.asOf = newest(s.runs)
	}
	if s.main = p.knownBranch(ctx, slug); s.main == "" {
		s.main = guessMain(s.runs)
	}
	s.branch = plugins.BranchOf(s.runs, s.main)
	return s, nil
}

// newest is when something was last said about runs.
func newest(runs []plugins.Run) time.Time {
	return slices.MaxFunc(runs, func(a, b plugins.Run) int { return a.Seen.Compare(b.Seen) }).Seen
}

// guessMain is the branch that a project is likely judged by.
func guessMain(runs []plugins.Run) string {
	all := plugins.Branches(runs)
	for _, b := range []string{"main", "master", "trunk", "develop"} {
		if slices.Contains(all, b) {
			return b
		}
	}
	return "main"
}

// shown is a card of blocks.
func (s situation) shown(blocks []card.Block) plugins.Card {
	return plugins.Card{
		Message: card.Message{Lang: s.card.Lang, Blocks: blocks}, AsOf: s.asOf,
		Sources: []bot.Source{{Where: s.card.Pages, AsOf: s.asOf}},
	}
}

// unknown is the card of a project that CircleCI does not know.
func (s situation) unknown(q plugins.Query) plugins.Card {
	s.asOf = q.Now
	return s.shown(s.card.Nothing(false))
}

func (p *Plugin) showBuilds(ctx context.Context, q plugins.Query) (plugins.Card, error) {
	s, err := p.see(ctx, q)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.unknown(q), nil
	case err != nil:
		return plugins.Card{}, err
	case len(s.runs) == 0:
		return s.shown(s.card.Nothing(true)), nil
	}
	blocks := s.card.Head(s.branch)
	if s.away {
		blocks = append(blocks, s.card.Away(s.asOf))
	}
	if len(s.branch.Failing) > 0 && !s.away {
		if f, ok := p.failureOf(ctx, s.slug, s.branch.Failing[0]); ok {
			blocks = append(blocks, f.show(q.Lang)...)
		}
	}
	blocks = append(blocks, s.card.Others(s.runs, s.main, q.Now.Add(-oldBranch))...)
	return s.shown(append(blocks, s.buttons(!p.c.Told))), nil
}

// buttons are what can be done about how the branch is now, where CircleCI can be asked to, and the way there.
func (s situation) buttons(asked bool) card.Block {
	l := s.card.Lang
	do := func(op string, label lang.Key, style card.Style, ask lang.Key, r plugins.Run) card.Action {
		return card.Action{
			Label: lang.Text(l, label, nil), Style: style, Confirm: lang.Text(l, ask, nil),
			Intent: card.Intent{Name: plugins.IntentOperation, Args: []string{op, r.ID}},
		}
	}
	var out []card.Action
	if len(s.branch.Failing) > 0 && asked {
		r := s.branch.Failing[0]
		out = append(out, do(opRerunFailed, lang.RunsRerunFailed, card.Primary, lang.RunsRerunFailedAsk, r), do(opRerun, lang.RunsRerun, "", lang.RunsRerunAsk, r))
	}
	if len(s.branch.Going) > 0 && asked {
		out = append(out, do(opCancel, lang.RunsCancel, card.Danger, lang.RunsCancelAsk, s.branch.Going[0]))
	}
	url := s.card.Pages
	if len(s.branch.Failing) > 0 && s.branch.Failing[0].URL != "" {
		url = s.branch.Failing[0].URL
	}
	return card.Actions{Items: append(out, card.Action{Label: lang.Text(l, lang.RunsOpen, lang.Args{"provider": Title}), URL: url})}
}

// trendRuns is how many runs a trend has.
const trendRuns = 12

func (p *Plugin) showTrend(ctx context.Context, q plugins.Query) (plugins.Card, error) {
	s, err := p.see(ctx, q)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.unknown(q), nil
	case err != nil:
		return plugins.Card{}, err
	}
	name := s.branch.Last.Name
	runs := plugins.Durations(s.runs, s.main, name, trendRuns)
	if len(runs) < trendRuns && name != "" && !s.away && !p.c.Told {
		if past, err := p.past(ctx, s.slug, s.main, name); err == nil {
			runs = joinedRuns(runs, past)
		}
	}
	return s.shown(s.card.Trend(s.main, runs)), nil
}

// past are finished runs of a workflow as CircleCI's Insights keep them.
func (p *Plugin) past(ctx context.Context, s Slug, branch, name string) ([]plugins.Run, error) {
	items, err := p.api.insights(ctx, s, branch, name)
	if err != nil {
		return nil, err
	}
	var out []plugins.Run
	for _, w := range items {
		r, ok := p.run(s, pipeline{}, workflow{ID: w.ID, Name: name, Status: w.Status, Created: timeOf(w.Created)})
		if !ok || w.Duration <= 0 || r.State == plugins.RunCanceled {
			continue
		}
		r.Branch, r.Ended = branch, r.Started.Add(time.Duration(w.Duration)*time.Second)
		out = append(out, r)
	}
	return out, nil
}

// joinedRuns are the newest of two lists without repetition, oldest first.
func joinedRuns(known, past []plugins.Run) []plugins.Run {
	all := slices.Clone(known)
	for _, r := range past {
		if !slices.ContainsFunc(known, func(o plugins.Run) bool { return o.ID == r.ID }) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b plugins.Run) int { return a.Started.Compare(b.Started) })
	return all[max(0, len(all)-trendRuns):]
}

// maxArtifacts bounds those that are shown.
const maxArtifacts = 20

func (p *Plugin) showArtifacts(ctx context.Context, q plugins.Query) (plugins.Card, error) {
	s, err := p.see(ctx, q)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.unknown(q), nil
	case err != nil:
		return plugins.Card{}, err
	case s.branch.Last.ID == "":
		return s.shown(s.card.Nothing(true)), nil
	}
	jobs, err := p.api.jobs(ctx, s.branch.Last.ID)
	if err != nil {
		return plugins.Card{}, err
	}
	var found []artifact
	for _, j := range jobs {
		if state, _ := stateOf(j.Status); j.Number == 0 || !state.Finished() || len(found) > maxArtifacts {
			continue
		}
		list, err := p.api.artifacts(ctx, s.slug, j.Number)
		if err != nil {
			return plugins.Card{}, err
		}
		found = append(found, list...)
	}
	r := s.branch.Last
	args := lang.Args{"build": plugins.BuildName(q.Lang, r.Name, r.Number), "project": card.S(s.slug.Project()), "n": len(found)}
	if len(found) == 0 {
		return s.shown([]card.Block{card.Text{Spans: card.Say(q.Lang, lang.RunsArtifactsNone, args)}}), nil
	}
	items := card.List{More: max(0, len(found)-maxArtifacts), MoreURL: r.URL}
	for _, a := range found[:min(len(found), maxArtifacts)] {
		items.Items = append(items.Items, []card.Span{card.L(clip(a.Path), a.URL)})
	}
	return s.shown([]card.Block{card.Text{Spans: card.Say(q.Lang, lang.RunsArtifacts, args)}, items}), nil
}
