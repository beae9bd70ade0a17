package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// TestWithin lists what of a domain, a system or a team is in a stage of life or lacks something.
func TestWithin(t *testing.T) {
	t.Parallel()
	c := nordwind(t, func(d *commands.Deps) {
		was := d.View(catalog.Viewer{})
		all := catalog.Changes{Generation: was.Generation() + 1, Full: true}
		for e := range was.Entities(search.Filter{}) {
			all.Upserts = append(all.Upserts, e)
		}
		old := &catalog.Entity{Ref: ref("component:default/pigeon-post"), Kind: "Component", Name: "pigeon-post", Type: "service", Lifecycle: "Deprecated",
			Description: "Replaced by parcels.", Relations: catalog.NewRelations(catalog.Relation{Type: "partOf", Target: ref("system:default/tracing")})}
		all.Upserts = append(all.Upserts, old)
		r := search.NewReader(all, nil, search.Options{})
		t.Cleanup(func() { check(t, r.Close()) })
		d.View = func(v catalog.Viewer) search.View { return r.For(v) }
	})
	for _, tt := range []struct{ text, outcome, entities, want string }{
		{"is anything deprecated in the shipping domain", "answer", "component:default/pigeon-post", "Deprecated in Shipping: 1 service."},
		{"what is deprecated in parcel tracing", "answer", "component:default/pigeon-post", "Deprecated in Parcel Tracing"},
		{"deprecated services in the shipping domain", "answer", "component:default/pigeon-post", ""},
		{"which apis of shipping are experimental", "not_found", "domain:default/shipping", "Nothing in Shipping is experimental."},
		{"what is experimental in the money team", "answer", "api:default/till-api component:default/ledgerd", "Experimental in Money: 1 API and 1 service."},
		{"what does Depot Crew own that is deprecated", "answer", "component:default/oldshop component:default/robots", ""},
		{"anything deprecated in logistics", "answer", "component:default/oldshop component:default/robots", "Deprecated in Logistics"},
		{"shipping 域里有哪些废弃的", "answer", "component:default/pigeon-post", "Shipping 中已弃用的有：1 个服务。"},
		{"Money 组有哪些实验性的接口", "answer", "api:default/till-api", "处于实验阶段"},
		{"anything without an owner in the shipping domain", "answer", "component:default/pigeon-post", "Each has no owner."},
		{"anything in production without an owner in the shipping domain", "not_found", "domain:default/shipping", "found none"},
		{"experimental things of the money team that have docs", "not_found", "group:default/money", "fits all of this"},
		{"tier-1 services that have an on call schedule", "answer", "component:default/parcels", "tier-1"},
		{"experimental services without docs", "answer", "component:default/ledgerd", "Experimental in the catalog: 1 service."},
		{"services of the money team without docs and without an owner", "not_found", "group:default/money", "fits all of this"},
		{"shipping 里没有负责人的服务", "answer", "component:default/pigeon-post", "每个都没有负责人。"},
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: tt.text, Now: now})
		text := card.Plain(m)
		if a.Intent != "search" || string(a.Outcome) != tt.outcome || strings.Join(a.Entities, " ") != tt.entities || !strings.Contains(text, tt.want) {
			t.Errorf("%q: %s %s %v:\n%s", tt.text, a.Intent, a.Outcome, a.Entities, text)
		}
	}
	for _, text := range []string{"is shipping deprecated", "who owns shipping", "is oldshop deprecated", "which services have no owner", "what is Shipping"} {
		if r := c.Read(t.Context(), commands.Question{Text: text}); !r.Within.IsZero() {
			t.Errorf("%q is read as one for a list of %v", text, r.Within)
		}
	}
	thread := []understand.Turn{{Text: "is anything deprecated in the shipping domain"}, {FromBot: true, Text: "Deprecated in Shipping: 1 service. pigeon-post"}}
	for _, text := range []string{"and what replaces it?", "那用什么替代"} {
		a, m := c.Ask(t.Context(), commands.Question{Text: text, Thread: thread, Now: now})
		if said := card.Plain(m); a.Intent != "lifecycle" || strings.Join(a.Entities, " ") != "component:default/pigeon-post" || !strings.Contains(said, "Parcel Service") {
			t.Errorf("%q: %s %v:\n%s", text, a.Intent, a.Entities, said)
		}
	}
}
