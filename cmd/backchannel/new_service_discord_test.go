package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
)

const discordTemplate = `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: go-service, title: Go service}
spec:
  type: service
  owner: team-blue
  parameters:
    - {title: About it, required: [name], properties: {name: {title: Name, type: string, ui:field: EntityNamePicker}}}
    - {title: Where, properties: {size: {title: Size, type: string, enum: [small, large], default: small}}}
  steps:
    - {id: say, name: Say so, action: debug:log, input: {message: "made ${{ parameters.name }} ${{ parameters.size }}"}}
  output: {text: [{title: Next, content: "Push ${{ parameters.name }}."}]}
`

// discordUser is somebody in Discord, over HTTP.
type discordUser struct {
	t    *testing.T
	chat *discordtest.Server
	url  string
}

const discordRoom, discordMe = "700000000000000001", "700000000000000002"

// does is an interaction; the result is its token.
func (u discordUser) does(kind int, on string, data any) string {
	u.t.Helper()
	body, token := u.chat.Payload(discordtest.Interaction{Type: kind, Channel: discordRoom, User: discordMe, On: on, Data: data})
	if code, answer, err := u.chat.Deliver(u.t.Context(), u.url+"/discord/interactions", body); err != nil || code/100 != 2 {
		u.t.Fatalf("%d %s %v", code, answer, err)
	}
	return token
}

// modal waits for the modal that an interaction is answered with.
func (u discordUser) modal(token string) (m discordtest.Modal) {
	u.t.Helper()
	var raw json.RawMessage
	until(u.t, "a modal", func() bool {
		kind, data := u.chat.Answer(token)
		raw = data
		return kind == 9
	})
	if err := json.Unmarshal(raw, &m); err != nil {
		u.t.Fatal(err)
	}
	return m
}

// fills hands a modal in, with texts by label.
func (u discordUser) fills(m discordtest.Modal, on string, texts map[string]string) string {
	u.t.Helper()
	var parts []any
	for i, c := range m.Components {
		if c.Component == nil {
			continue
		}
		inner := map[string]any{"type": c.Component.Type, "custom_id": c.Component.CustomID, "id": i}
		if c.Component.Type == discordtest.Select {
			var values []string
			for _, o := range c.Component.Options {
				if o.Default {
					values = append(values, o.Value)
				}
			}
			inner["values"] = values
		} else {
			inner["value"] = c.Component.Value
			if text, ok := texts[c.Label]; ok {
				inner["value"] = text
			}
		}
		parts = append(parts, map[string]any{"type": c.Type, "id": 100 + i, "component": inner})
	}
	return u.does(5, on, map[string]any{"custom_id": m.CustomID, "components": parts})
}

// sees waits for a message with a text.
func (u discordUser) sees(text string) (found discordtest.Shown) {
	u.t.Helper()
	defer func() {
		if found.ID == "" {
			u.t.Logf("shown: %+v", u.chat.Shown(discordMe, discordRoom))
		}
	}()
	until(u.t, text, func() bool {
		for _, m := range u.chat.Shown(discordMe, discordRoom) {
			if strings.Contains(m.Text, text) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// press is the button of a label.
func (u discordUser) press(m discordtest.Shown, label string) string {
	u.t.Helper()
	for _, b := range m.Buttons {
		if b.Label == label {
			return u.does(3, m.ID, map[string]any{"component_type": 2, "custom_id": b.ID})
		}
	}
	u.t.Fatalf("there is no %q on %+v", label, m.Buttons)
	return ""
}

// TestDiscordNewService makes something from a template in Discord: two modals with a step between them, the plan, the
// run in a message that is edited.
func TestDiscordNewService(t *testing.T) {
	t.Parallel()
	chat := discordtest.New()
	defer chat.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "catalog.yaml"), []byte(descriptorOf("shop", "team-blue")+"\n---"+discordTemplate), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newReplica(t, "the service", fmt.Sprintf("catalog: {locations: [{type: file, target: %q}]}\nstore: {url: %q, data_dir: %q}\ndiscord: {mode: http, token: %s, application_id: %q, public_key: %s, api_url: %q}",
		filepath.Join(dir, "catalog.yaml"), "sqlite:"+filepath.Join(dir, "store.db"), dir, discordtest.Token, discordtest.App, chat.PublicKey(), chat.APIURL()))
	until(t, "the catalog", func() bool { return strings.Contains(r.ask("who owns shop?"), "team-blue") })
	u := discordUser{t, chat, "http://" + r.addr}
	command := func() string {
		return u.does(2, "", map[string]any{"name": "new-service", "type": 1, "options": []any{map[string]any{"name": "text", "type": 3, "value": "go-service"}}})
	}
	first := u.modal(command())
	if first.Title != "Go service" {
		t.Errorf("the first modal is %q", first.Title)
	}
	u.fills(first, "", map[string]string{"Name": "Refund Worker"})
	mend := u.sees("Letters, digits")
	u.fills(u.modal(u.press(mend, mend.Buttons[0].Label)), mend.ID, map[string]string{"Name": "refund-worker"})
	next := u.sees("Go service · Where (2/2)")
	u.fills(u.modal(u.press(next, next.Buttons[0].Label)), next.ID, nil)
	plan := u.sees("would be made from")
	if !strings.Contains(plan.Text, "Say so") || plan.User == "" {
		t.Errorf("the plan is %+v", plan)
	}
	u.press(plan, "Create it")
	done := u.sees("is there")
	if done.User != "" || !strings.Contains(done.Text, "Push refund") {
		t.Errorf("the run ends with %+v", done)
	}
	if problems := chat.Problems(); len(problems) > 0 {
		t.Error(problems)
	}
}
