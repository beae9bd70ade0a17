package commands

import (
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// lighthouse links to the audited websites of an entity.
func (t *talk) lighthouse(e *catalog.Entity) {
	t.from(e)
	sites, err := t.c.cap.Audits.Sites(t.ctx, e)
	if err != nil {
		t.failed(lang.CmdAuditsNoun, e)
		return
	}
	if len(sites) == 0 {
		t.nothingFor(e, lang.AuditsNone, lang.AuditsNoneOwnerless, lang.CmdAuditsNoun, t.connected(t.c.cap.Audits))
		return
	}
	t.yes()
	items := make([][]card.Span, len(sites))
	for i, s := range sites {
		items[i] = []card.Span{card.L(s.URL, s.URL)}
	}
	t.line(lang.AuditsAre, lang.Args{"provider": sites[0].Provider, "what": t.named(e), "list": t.join(items, 0)})
}
