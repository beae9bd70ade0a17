package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func TestAnInferredOwnerIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	c := nordwind(t, func(d *commands.Deps) {
		changes := catalog.Changes{Generation: 1, Full: true}
		for e := range d.View(catalog.Viewer{}).Entities(search.Filter{}) {
			n := *e
			if n.Ref.Name == "parcels" {
				n.Problems = []catalog.Problem{{Code: catalog.ProblemInferredOwner, Message: "the owner is from CODEOWNERS"}}
			}
			changes.Upserts = append(changes.Upserts, &n)
		}
		r := search.NewReader(changes, nil, search.Options{})
		d.View = func(v catalog.Viewer) search.View { return r.For(v) }
	})
	for l, want := range map[lang.Lang]string{
		lang.English: "No owner of Parcel Service (parcels) is declared. CODEOWNERS says Tracing Team.",
		lang.Chinese: "没有声明负责人。CODEOWNERS 指向",
	} {
		r := about(understand.Owner, "parcels")
		r.Lang = l
		if _, m := c.Answer(t.Context(), commands.Question{}, r); !strings.Contains(card.Plain(m), want) {
			t.Errorf("want %q:\n%s", want, card.Plain(m))
		}
	}
}
