package lighthouse

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// root is where the plugin's pages are.
const root = "/plugins/" + Name

// pageOf is where the audits of an entity's website are shown; reportPath where the report of one audit is.
func pageOf(ref catalog.Ref) string {
	return root + "/" + ref.Namespace + "/" + ref.Kind + "/" + ref.Name
}

func reportPath(id string) string { return root + "/report/" + id }

// Views implements plugins.HasViews: the scores, on the pages of entities with a website.
func (p *Plugin) Views() []plugins.View {
	return []plugins.View{{
		Name: "scores", Title: plugins.Text{lang.English: Title, lang.Chinese: Title}, Card: true,
		Has: func(e *catalog.Entity) bool { return siteOf(e) != "" }, Show: p.show, Fresh: plugins.MinEvery,
	}}
}

// show is the card of an entity, from memory.
func (p *Plugin) show(ctx context.Context, q plugins.Query) (plugins.Card, error) {
	if q.Entity == nil {
		return plugins.Card{}, nil
	}
	sites, err := p.Sites(ctx, q.Entity)
	if err != nil {
		return plugins.Card{}, err
	}
	var c plugins.Card
	c.Message.Lang = q.Lang
	for _, s := range sites {
		last, _ := s.Last("")
		if last == nil {
			continue
		}
		c.Message.Blocks = append(c.Message.Blocks, card.Text{Spans: []card.Span{card.L(s.URL, s.URL)}})
		c.Message.Blocks = append(c.Message.Blocks, plugins.AuditBlocks(q.Lang, s, q.Now)...)
		if p.host.BaseURL != "" {
			all := card.L(lang.Text(q.Lang, lang.LightAll, nil), p.host.BaseURL+s.Page)
			c.Message.Blocks = append(c.Message.Blocks, card.Text{Spans: []card.Span{all}})
		}
		c.AsOf = last.Ended
		c.Sources = append(c.Sources, bot.Source{Where: s.URL, AsOf: last.Ended})
	}
	return c, nil
}

// WebPage implements plugins.HasPages: all websites, the audits of one, the report of an audit.
func (p *Plugin) WebPage(ctx context.Context, q plugins.WebQuery) (plugins.WebPage, error) {
	parts := strings.Split(q.Path, "/")
	switch {
	case q.Path == "":
		return p.allPage(ctx, q)
	case len(parts) == 2 && parts[0] == "report":
		return p.reportPage(ctx, q, parts[1])
	case len(parts) == 3:
		return p.sitePage(ctx, q, catalog.MakeRef(parts[1], parts[0], parts[2]))
	}
	return plugins.WebPage{}, fault.New(fault.NotFound, "there is no such page")
}

// allPage lists every website with its last scores.
func (p *Plugin) allPage(ctx context.Context, q plugins.WebQuery) (plugins.WebPage, error) {
	type row struct {
		entity *catalog.Entity
		site   plugins.Site
		last   *plugins.Audit
	}
	var rows []row
	for e := range p.entities() {
		if siteOf(e) == "" || !q.Sees(e.Ref) {
			continue
		}
		sites, err := p.Sites(ctx, e)
		if err != nil {
			return plugins.WebPage{}, err
		}
		for _, s := range sites {
			last, _ := s.Last("")
			rows = append(rows, row{e, s, last})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(strings.Compare(a.entity.DisplayName(), b.entity.DisplayName()), a.entity.Ref.Compare(b.entity.Ref))
	})
	table := card.Table{Columns: []card.Column{{Title: lang.Text(q.Lang, lang.LightColSite, nil)}}}
	categories := order()[:4]
	for _, id := range categories {
		table.Columns = append(table.Columns, card.Column{Title: plugins.AuditCategory(q.Lang, plugins.Score{ID: id}), Right: true})
	}
	table.Columns = append(table.Columns, card.Column{Title: lang.Text(q.Lang, lang.LightColWhen, nil)})
	for _, r := range rows {
		cells := [][]card.Span{{card.L(r.entity.DisplayName(), p.host.BaseURL+r.site.Page)}}
		for _, id := range categories {
			cells = append(cells, []card.Span{scoreCell(r.last, id)})
		}
		when := lang.Text(q.Lang, lang.LightNever, nil)
		if r.last != nil {
			when = lang.Age(q.Lang, p.cfg.Now().Sub(r.last.Ended))
		}
		table.Rows = append(table.Rows, append(cells, []card.Span{card.T(when)}))
	}
	m := card.Message{Lang: q.Lang, Blocks: []card.Block{table}}
	if len(rows) == 0 {
		m.Blocks = []card.Block{card.Text{Spans: card.Say(q.Lang, lang.LightNoSites, lang.Args{"annotation": card.M(plugins.WebsiteURL)})}}
	}
	return plugins.WebPage{Title: Title, Message: m}, nil
}

func scoreCell(a *plugins.Audit, id string) card.Span {
	if a == nil || a.Score(id) == plugins.NoScore {
		return card.T("–")
	}
	return card.T(lang.Number(a.Score(id)))
}

// sitePage is the history of one website.
func (p *Plugin) sitePage(ctx context.Context, q plugins.WebQuery, ref catalog.Ref) (plugins.WebPage, error) {
	e, ok := p.host.Catalog.Entity(ref)
	if !ok || !q.Sees(ref) {
		return plugins.WebPage{}, fault.New(fault.NotFound, "there is no such entity")
	}
	sites, err := p.Sites(ctx, e)
	if err != nil {
		return plugins.WebPage{}, err
	}
	if len(sites) == 0 {
		return plugins.WebPage{}, fault.New(fault.NotFound, "the entity has no website")
	}
	s, m := sites[0], card.Message{Lang: q.Lang}
	m.Blocks = append(m.Blocks, card.Text{Spans: []card.Span{card.S(e.DisplayName()), card.T(" · "), card.L(s.URL, s.URL)}})
	m.Blocks = append(m.Blocks, plugins.AuditBlocks(q.Lang, s, p.cfg.Now())...)
	if len(s.Audits) == 0 {
		m.Blocks = append(m.Blocks, card.Text{Spans: card.Say(q.Lang, lang.LightNone, nil)})
		return plugins.WebPage{Title: Title + ": " + e.DisplayName(), Message: m}, nil
	}
	table := card.Table{Columns: []card.Column{{Title: lang.Text(q.Lang, lang.LightColWhen, nil)}, {Title: lang.Text(q.Lang, lang.LightColForm, nil)}}}
	var ids []string
	for _, a := range s.Audits {
		for _, sc := range a.Scores {
			if !slices.Contains(ids, sc.ID) && len(ids) < 6 {
				ids = append(ids, sc.ID)
				table.Columns = append(table.Columns, card.Column{Title: plugins.AuditCategory(q.Lang, sc), Right: true})
			}
		}
	}
	table.Columns = append(table.Columns, card.Column{Title: lang.Text(q.Lang, lang.LightColReport, nil)})
	for i := range s.Audits {
		table.Rows = append(table.Rows, p.auditRow(q.Lang, &s.Audits[i], ids))
	}
	m.Blocks = append(m.Blocks, table)
	return plugins.WebPage{Title: Title + ": " + e.DisplayName(), Message: m}, nil
}

func (p *Plugin) auditRow(l lang.Lang, a *plugins.Audit, ids []string) [][]card.Span {
	row := [][]card.Span{
		{{Kind: card.Time, At: a.Began, Text: lang.Date(l, a.Began, p.cfg.Now()) + " " + a.Began.Format("15:04") + " UTC"}},
		{card.T(plugins.AuditForm(l, a.Form))},
	}
	for _, id := range ids {
		row = append(row, []card.Span{scoreCell(a, id)})
	}
	report := card.T("")
	switch {
	case a.State == plugins.AuditRunning:
		report = card.T(lang.Text(l, lang.LightRunning, nil))
	case a.State == plugins.AuditFailed:
		report = card.T(lang.Text(l, lang.LightFailedWhy, lang.Args{"why": cmp.Or(a.Why, "-")}))
	case a.Report != "":
		report = card.L(lang.Text(l, lang.LightReport, nil), p.host.BaseURL+a.Report)
	}
	return append(row, []card.Span{report})
}

// reportPage is the report of an audit, for those who may see an entity with its website.
func (p *Plugin) reportPage(ctx context.Context, q plugins.WebQuery, id string) (plugins.WebPage, error) {
	missing := plugins.NoReport(id)
	a, ok := p.known(id)
	if !ok || !slices.ContainsFunc(p.sites()[same(a.URL)], func(e *catalog.Entity) bool { return q.Sees(e.Ref) }) {
		return plugins.WebPage{}, missing
	}
	report, err := p.cfg.Store.Report(ctx, id)
	if fault.Is(err, fault.NotFound) {
		report, err = p.engine.report(ctx, id)
	}
	if err != nil {
		return plugins.WebPage{}, err
	}
	if !bytes.Contains(report[:min(len(report), 4096)], []byte("<")) {
		return plugins.WebPage{}, missing
	}
	return plugins.WebPage{Title: Title, File: &plugins.File{Type: "text/html; charset=utf-8", Body: report}}, nil
}
