package slacktest

import (
	"encoding/json"
	"maps"
)

// inputs are the input blocks of a view, by block_id.
func (v View) inputs() map[string]map[string]any {
	var o struct {
		Blocks []map[string]any `json:"blocks"`
	}
	out := map[string]map[string]any{}
	if json.Unmarshal(v.Raw, &o) != nil {
		return out
	}
	for _, b := range o.Blocks {
		if id, _ := b["block_id"].(string); b["type"] == "input" {
			out[id] = b
		}
	}
	return out
}

// Fill is what somebody fills in, by the label of the field: the text, the label of an option, or for a menu of
// suggestions its value.
type Fill map[string][]string

// state is what a view's fields hold when somebody fills them in over what was there.
func (v View) state(fill Fill) map[string]any {
	values := map[string]any{}
	for id, b := range v.inputs() {
		e, _ := b["element"].(map[string]any)
		action, _ := e["action_id"].(string)
		words, filled := fill[label(b["label"])]
		values[id] = map[string]any{action: held(e, words, filled)}
	}
	return map[string]any{"values": values}
}

// held is what one element holds.
func held(e map[string]any, words []string, filled bool) map[string]any {
	kind, _ := e["type"].(string)
	out := map[string]any{"type": kind}
	first := func() any {
		if len(words) == 0 {
			return nil
		}
		return words[0]
	}
	switch kind {
	case "plain_text_input", "number_input":
		if out["value"] = e["initial_value"]; filled {
			out["value"] = first()
		}
	case "datepicker":
		if out["selected_date"] = e["initial_date"]; filled {
			out["selected_date"] = first()
		}
	case "static_select", "external_select":
		if out["selected_option"] = e["initial_option"]; filled {
			out["selected_option"] = nil
			if o := options(e, words); len(o) > 0 {
				out["selected_option"] = o[0]
			}
		}
	default:
		out["selected_options"] = []any{}
		if first := e["initial_options"]; first != nil {
			out["selected_options"] = first
		}
		if filled {
			out["selected_options"] = options(e, words)
		}
	}
	return out
}

// options are the entries of a menu that have these labels; in a menu of suggestions the words are values.
func options(e map[string]any, words []string) []any {
	out := []any{}
	all, own := e["options"].([]any)
	for _, w := range words {
		if !own {
			out = append(out, map[string]any{"text": map[string]any{"type": "plain_text", "text": w}, "value": w})
		}
		for _, o := range all {
			if label(o.(map[string]any)["text"]) == w {
				out = append(out, o)
			}
		}
	}
	return out
}

// outside is what every interaction on a view has.
func (s *Server) outside(kind, user string, v View, fill Fill) map[string]any {
	view := v.object()
	view["state"] = v.state(fill)
	return map[string]any{
		"type": kind, "api_app_id": "A0APP", "token": "legacy", "enterprise": nil, "is_enterprise_install": false,
		"team": map[string]any{"id": Team, "domain": "harborlane"}, "trigger_id": s.Trigger(user),
		"user": map[string]any{"id": user, "username": "someone", "name": "someone", "team_id": Team}, "view": view,
	}
}

// Submission is the payload of a user who submits a modal.
func (s *Server) Submission(user string, v View, fill Fill) []byte {
	p := s.outside("view_submission", user, v, fill)
	p["response_urls"] = []any{}
	return encode(p)
}

// Change is the payload of a user who changes a field that the app wants to hear of.
func (s *Server) Change(user string, v View, of string, fill Fill) []byte {
	p := s.outside("block_actions", user, v, fill)
	p["container"] = map[string]any{"type": "view", "view_id": v.ID}
	for id, b := range v.inputs() {
		if label(b["label"]) != of || b["dispatch_action"] != true {
			continue
		}
		e, _ := b["element"].(map[string]any)
		words, filled := fill[of]
		a := held(e, words, filled)
		maps.Copy(a, map[string]any{"action_id": e["action_id"], "block_id": id, "action_ts": s.ts()})
		p["actions"] = []any{a}
	}
	if p["actions"] == nil {
		s.problem("the modal has no field %q that reports changes", of)
	}
	return encode(p)
}

// Suggestion is the payload of a user who types into a menu of suggestions: the field of that label, or the one menu
// of a view without inputs.
func (s *Server) Suggestion(user string, v View, of, query string) []byte {
	p := s.outside("block_suggestion", user, v, nil)
	p["container"] = map[string]any{"type": "view", "view_id": v.ID}
	p["value"], p["block_id"] = query, "b"
	for id, b := range v.inputs() {
		if e, _ := b["element"].(map[string]any); label(b["label"]) == of {
			p["action_id"], p["block_id"] = e["action_id"], id
		}
	}
	if p["action_id"] == nil {
		_, all := v.Readable()
		for _, b := range all {
			if b.Search {
				p["action_id"] = b.Value
			}
		}
	}
	return encode(p)
}

// PressHome is the payload of a press on an App Home; for a menu of suggestions chosen is what was chosen.
func (s *Server) PressHome(user string, b Button, chosen string) []byte {
	p := s.outside("block_actions", user, s.Home(user), nil)
	p["container"] = map[string]any{"type": "view", "view_id": s.Home(user).ID}
	a := map[string]any{"type": "button", "action_id": "a0", "block_id": "b", "value": b.Value, "action_ts": s.ts()}
	if b.Search {
		a = map[string]any{"type": "external_select", "action_id": b.Value, "block_id": "b", "action_ts": s.ts(), "selected_option": map[string]any{"text": map[string]any{"type": "plain_text", "text": chosen}, "value": chosen}}
	}
	p["actions"] = []any{a}
	return encode(p)
}

// Shortcut is the payload of a shortcut; with a text, of one on a message of that text.
func (s *Server) Shortcut(callback, user, channel, text string) []byte {
	p := s.outside("shortcut", user, View{}, nil)
	delete(p, "view")
	p["callback_id"], p["action_ts"] = callback, s.ts()
	if text != "" {
		ts := s.ts()
		p["type"], p["message_ts"] = "message_action", ts
		p["message"] = map[string]any{"type": "message", "user": "U0OTHER", "text": text, "ts": ts}
		p["channel"] = map[string]any{"id": channel, "name": "general"}
		p["response_url"] = s.responseURL(channel, user, "")
	}
	return encode(p)
}
