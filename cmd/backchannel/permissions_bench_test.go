package main

import (
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// BenchmarkGuard is what a question pays for who asks (asker), and with rules for whether they may and what they see
// (admit, viewer).
func BenchmarkGuard(b *testing.B) {
	bench := newIDBench(b, office{"UADA": {Email: "ada@example.com"}})
	subject := []access.Subject{{Ref: st.Ref("group:company")}}
	g := newGuard(access.New([]access.Audience{{Name: "staff", Workspaces: []access.Workspace{{Platform: "office", ID: "S"}}}}, []access.Rule{
		{Acts: []access.Act{access.Read}, Entities: &access.Selector{Tags: []string{"secret"}}, Except: subject},
		{Acts: []access.Act{access.Read}, Entities: &access.Selector{Owners: []catalog.Ref{st.Ref("group:else")}, Inherited: true}},
		{Allow: true, Acts: []access.Act{access.Admin}, To: subject},
	}), bench.identity, bench.view)
	ev := &bot.Event{Actor: actorOf("S", "UADA"), Address: bot.Address{Platform: "office", Workspace: "S", Channel: "C1"}, Channel: bot.Channel{Name: "general"}, Input: bot.Invoked{}}
	b.Run("asker", func(b *testing.B) {
		for b.Loop() {
			bench.asker(ev)
		}
	})
	b.Run("admit", func(b *testing.B) {
		for b.Loop() {
			g.Admit(ev, "question")
		}
	})
	b.Run("viewer", func(b *testing.B) {
		for b.Loop() {
			g.viewer(ev)
		}
	})
}
