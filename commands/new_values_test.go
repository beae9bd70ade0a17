package commands_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

const answersTemplate = `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: go-service, title: Go service}
spec:
  type: service
  owner: group:default/platform
  parameters:
    - title: About it
      properties:
        name: {title: Name, type: string}
        size: {title: Size, type: integer, enum: [1, 2], enumNames: [small, large], default: 2}
        tags: {title: Tags, type: array, items: {type: string}, default: [a, b]}
        labels: {title: Labels, type: object, additionalProperties: {type: string}, default: {team: till, tier: gold}}
        ports:
          title: Ports
          type: array
          items:
            type: object
            properties:
              name: {type: string, title: Name}
              port: {type: integer, ui:title: Port}
              open: {type: boolean, title: Public}
              owner: {type: string, title: Owner, ui:field: OwnerPicker}
              key: {type: string, title: Key, ui:widget: password}
              why: {type: string, ui:backstage: {review: {show: false}}}
              mode: {type: object, title: Mode, properties: {slow: {type: boolean}, at: {type: string}}}
              tags: {type: array, title: Tags, items: {type: string}}
              pair: {type: array, title: Pair, items: [{type: string, title: Zone, default: eu}, {type: integer, title: Size, default: 2}]}
              more: {type: array, items: {type: object, properties: {n: {type: integer}}}}
        fixed: {title: Fixed, type: array, readOnly: true, items: {type: object, properties: {a: {type: string}}}, default: [{a: x}, {a: y}]}
        many: {title: Many, type: array, items: {type: object, properties: {n: {type: integer}}}}
        secrets: {title: Secrets, type: array, items: {type: string, ui:widget: password}}
  steps: [{id: a, action: debug:log}]
`

// TestAnswersOfAPlan: a plan shows answers as people read them, lists of objects element by element, and nothing that
// was typed unseen.
func TestAnswersOfAPlan(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.asking(t, answersTemplate)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "go-service"}))
	if intro := card.PlainText(f.Intro); !strings.Contains(intro, "Fixed: (a: x), (a: y) ") {
		t.Error(intro)
	}
	plan := w.as(t, "ada", submit(f, card.Values{
		"name":  {"refunds"},
		"ports": {`[{"name": "web", "port": 80, "open": true, "owner": "group:default/platform", "key": "hush-1", "why": "because", "mode": {"slow": false, "at": "noon"}, "tags": ["x", "y"], "more": [{"n": 1}, {"n": 2}], "pair": ["eu", 2]}, {}]`},
		"many":  {"[" + strings.TrimSuffix(strings.Repeat(`{"n": 1},`, 30), ",") + "]"}, "secrets": {"hush-2\nhush-3"},
	}))
	m, _, _ := bot.MessageOf(plan)
	var fields []string
	lists := map[string][]string{}
	var more int
	for i, b := range m.Blocks {
		switch b := b.(type) {
		case card.Fields:
			for _, item := range b.Items {
				fields = append(fields, item.Label+": "+card.PlainText(item.Value))
			}
		case card.List:
			head, ok := m.Blocks[max(0, i-1)].(card.Text)
			if ok && b.Ordered {
				for _, item := range b.Items {
					lists[card.PlainText(head.Spans)] = append(lists[card.PlainText(head.Spans)], card.PlainText(item))
				}
				more += b.More
			}
		}
	}
	want := []string{"Name: refunds", "Size: large", "Tags: a, b", "Labels: team: till, tier: gold", "Secrets: ••••••"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	const web = "Name: web, Port: 80, Public: Yes, Owner: Platform, Key: ••••••, mode: (slow: No, at: noon), Tags: (x, y), Pair: (Zone: eu, Size: 2), more: (n: 1), (n: 2)"
	if diff := cmp.Diff([]string{web, "Pair: (Zone: eu, Size: 2)"}, lists["Ports"]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a: x", "a: y"}, lists["Fixed"]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := len(lists["Many"]); got+more != 30 || got == 0 {
		t.Errorf("%d elements, and %d more", got, more)
	}
	if s := said(plan); strings.Contains(s, "hush") || strings.Contains(s, "because") {
		t.Error(s)
	}
}
