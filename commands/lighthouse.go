package commands

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// lighthouse says what the audits of an entity's websites found, and leads to the websites where nothing is known of
// audits.
func (t *talk) lighthouse(e *catalog.Entity) {
	sites, err := t.c.cap.Audits.Sites(t.ctx, e)
	if err != nil {
		t.from(e)
		t.failed(lang.CmdAuditsNoun, e)
		return
	}
	if len(sites) == 0 {
		t.from(e)
		t.nothingFor(e, lang.AuditsNone, lang.AuditsNoneOwnerless, lang.CmdAuditsNoun, t.connected(t.c.cap.Audits))
		return
	}
	t.yes()
	var linked [][]card.Span
	for _, s := range sites {
		if !t.audited(s, e) {
			linked = append(linked, []card.Span{card.L(s.URL, s.URL)})
		}
	}
	if len(linked) > 0 {
		t.from(e)
		t.line(lang.AuditsAre, lang.Args{"provider": sites[0].Provider, "what": t.named(e), "list": t.join(linked, 0)})
	}
	t.auditButtons(e, sites)
}

// audited says what is known of the audits of a website, and reports whether anything is.
func (t *talk) audited(s plugins.Site, e *catalog.Entity) bool {
	args := lang.Args{"what": t.named(e), "link": card.L(s.URL, s.URL), "provider": s.Provider}
	last, before := s.Last("")
	if last == nil {
		if s.AsOf.IsZero() && len(s.Audits) == 0 {
			return false
		}
		t.from(e)
		t.line(lang.LightNoneYet, args)
		t.auditFailed(s)
		return true
	}
	var items [][]card.Span
	for _, sc := range t.askedFirst(last.Scores) {
		items = append(items, t.say(lang.LightScore, lang.Args{"category": plugins.AuditCategory(t.l, sc), "score": plugins.AuditScore(t.l, sc, before, s.Budgets)}))
	}
	args["list"] = t.join(items, 0)
	t.line(lang.LightScores, args)
	t.auditFailed(s)
	category := "performance"
	if first := t.askedFirst(last.Scores); len(first) > 0 {
		category = first[0].ID
	}
	if c, ok := plugins.AuditTrend(t.l, s, category, t.now); ok {
		t.add(c)
	}
	when := lang.Args{"age": lang.Age(t.l, t.now.Sub(last.Ended)), "form": plugins.AuditForm(t.l, last.Form)}
	key := lang.LightWhenForm
	if last.Form == "" {
		key = lang.LightWhen
	}
	t.remark(t.say(key, when)...)
	if s.Silent {
		t.remark(t.say(lang.LightSilent, args)...)
	}
	return true
}

// auditFailed says that the newest audit came to nothing.
func (t *talk) auditFailed(s plugins.Site) {
	if len(s.Audits) > 0 && s.Audits[0].State == plugins.AuditFailed {
		a := s.Audits[0]
		t.line(lang.LightLastFailed, lang.Args{"age": lang.Age(t.l, t.now.Sub(a.Ended)), "why": clipTo(a.Why, maxDetail)})
	}
}

// askedFirst are scores, the one that the question names first.
func (t *talk) askedFirst(all []plugins.Score) []plugins.Score {
	text := strings.ToLower(t.q.Text)
	for _, c := range []struct{ id, words string }{
		{"accessibility", "accessib|a11y|无障碍|可访问性"}, {"seo", "seo|搜索引擎"}, {"best-practices", "best practice|最佳实践"},
		{"performance", "performance|speed|fast|slow|性能|速度|快|慢"},
	} {
		i := slices.IndexFunc(all, func(s plugins.Score) bool { return s.ID == c.id })
		for word := range strings.SplitSeq(c.words, "|") {
			if i > 0 && strings.Contains(text, word) {
				return slices.Concat(all[i:i+1], all[:i], all[i+1:])
			}
		}
	}
	return all
}

// auditButtons lead to the report, and have the website audited now.
func (t *talk) auditButtons(e *catalog.Entity, sites []plugins.Site) {
	for _, s := range sites {
		if last, _ := s.Last(""); last != nil && last.Report != "" && t.c.links.Base != "" {
			t.actions = append(t.actions, card.Action{Label: t.text(lang.LightReport, nil), URL: t.c.links.own(strings.TrimPrefix(last.Report, "/"))})
			break
		}
	}
	if _, ok := t.c.cap.Audits.(plugins.Auditor); ok && t.c.deps.Tasks != nil {
		t.actions = append(t.actions, card.Action{
			Label: t.text(lang.LightActAudit, nil), Intent: card.Intent{Name: intentAudit, Args: []string{e.Ref.Short("")}},
		})
	}
}
