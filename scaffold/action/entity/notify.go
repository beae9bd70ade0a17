package entity

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// notify is notification:send.
type notify struct{ to Notifier }

// Spec implements scaffold.Action.
func (notify) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:        "notification:send",
		Description: "Tells people something in their chat.",
		Input: input.Schema(
			input.Must("recipients", input.OneOf("broadcast", "entity"), "everybody, or those whom entityRefs names"),
			input.May("entityRefs", input.Either(input.Texts, input.Text), "users and groups"),
			input.Must("title", input.Name, "what it is about, in one line"),
			input.May("info", input.Text, "more about it"),
			input.May("link", input.Text, "where to look"),
			input.May("severity", input.OneOf("low", "normal", "high", "critical"), "how much it matters; normal by default"),
			input.May("scope", input.Text, "a later one of the same scope replaces it"),
			input.May("optional", input.Bool, "go on where it cannot be sent")),
		Examples: []scaffold.Example{{
			Description: "Tell the owner",
			YAML:        "id: tell\naction: notification:send\ninput:\n  recipients: entity\n  entityRefs:\n    - ${{ parameters.owner }}\n  title: ${{ parameters.name }} is there\n  link: ${{ steps.publish.output.remoteUrl }}\n",
		}},
	}
}

// The bounds of a notification, in bytes and people.
const (
	maxTitle = 300
	maxInfo  = 4000
	maxTo    = 100
)

func (n notify) read(ctx context.Context, c *scaffold.Call) (Notification, bool, error) {
	input.Unknown(ctx, c, n.Spec().Input)
	var in struct {
		Recipients, Title, Info, Link, Severity, Scope string
		EntityRefs                                     input.Value
		Optional                                       bool
	}
	if err := input.Read(c, &in); err != nil {
		return Notification{}, false, err
	}
	out := Notification{
		Key: c.Key(), Broadcast: in.Recipients == "broadcast", Title: bound(in.Title, maxTitle), Info: bound(in.Info, maxInfo), Link: in.Link,
		Severity: in.Severity, Scope: in.Scope, From: c.Asker, Template: c.Template.Ref,
	}
	if out.Severity == "" {
		out.Severity = "normal"
	}
	texts := []string{in.EntityRefs.String()}
	if in.EntityRefs.Kind() == template.Array {
		texts = texts[:0]
		for _, v := range in.EntityRefs.Items() {
			texts = append(texts, v.String())
		}
	}
	for _, text := range texts {
		if out.Broadcast || strings.TrimSpace(text) == "" || in.EntityRefs.Kind() == template.Undefined {
			continue
		}
		ref, err := catalog.ParseRef(text, "user", "")
		if err != nil {
			return out, in.Optional, err
		}
		out.To = append(out.To, ref)
	}
	switch {
	case !out.Broadcast && len(out.To) == 0:
		return out, in.Optional, fault.New(fault.Invalid, "entityRefs must say who is told")
	case len(out.To) > maxTo:
		return out, in.Optional, fault.New(fault.Invalid, "a step tells at most %d users and groups", maxTo)
	}
	return out, in.Optional, nil
}

// bound cuts a text that is too long.
func bound(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Plan implements scaffold.Action.
func (n notify) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	m, optional, err := n.read(ctx, c)
	if err != nil {
		if optional {
			c.Logf(ctx, "nobody is told: %v", err)
			return scaffold.Planned{}, nil
		}
		return scaffold.Planned{}, err
	}
	e := scaffold.Effect{Key: lang.EffectTellAll, Args: lang.Args{"title": m.Title}}
	if !m.Broadcast {
		names := make([]string, len(m.To))
		for i, r := range m.To {
			names[i] = r.String()
		}
		e = scaffold.Effect{Key: lang.EffectTell, Args: lang.Args{"who": strings.Join(names, ", "), "title": m.Title}}
	}
	return scaffold.Planned{Effects: []scaffold.Effect{e}}, nil
}

// Apply implements scaffold.Action.
func (n notify) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	m, optional, err := n.read(ctx, c)
	if err == nil {
		_, err = c.Once(ctx, "send", func(ctx context.Context, _ bool) (template.Value, error) {
			if n.to == nil {
				return template.Value{}, fault.New(fault.Invalid, "nobody can be told anything here: no chat is connected")
			}
			return template.NullValue(), n.to.Notify(ctx, m)
		})
	}
	if err != nil && optional {
		c.Logf(ctx, "nobody was told: %v", err)
		err = nil
	}
	return template.Value{}, err
}
