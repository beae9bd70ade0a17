package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// View is a modal on somebody's screen, or their App Home.
type View struct {
	ID   string
	Hash string
	Raw  json.RawMessage // as the app sent it
}

// screens are what people see of views.
type screens struct {
	triggers map[string]string // unused triggers, with their users
	modals   map[string][]View // by user, the one on top last
	homes    map[string]View
	unfurls  []Unfurl
	next     int
}

// Unfurl is what the app showed below a link.
type Unfurl struct {
	Channel, TS, ID string
	URL             string
	Text            string
}

// Trigger makes a trigger_id for something a user does now. It opens one view.
func (s *Server) Trigger(user string) string {
	id := "13345224609." + s.ts()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.views.triggers[id] = user
	return id
}

// Modals are the modals on a user's screen, the one on top last.
func (s *Server) Modals(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]View(nil), s.views.modals[user]...)
}

// Home is the App Home of a user, the zero View while there is none.
func (s *Server) Home(user string) View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.views.homes[user]
}

// Unfurls are the previews shown so far.
func (s *Server) Unfurls() []Unfurl {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Unfurl(nil), s.views.unfurls...)
}

// Readable is everything that can be read in a view, and pressed.
func (v View) Readable() (string, []Button) {
	var o map[string]any
	if json.Unmarshal(v.Raw, &o) != nil {
		return "", nil
	}
	w := &walker{}
	w.walk(o["title"])
	w.text.WriteByte('\n')
	w.walk(o["blocks"])
	return w.text.String(), w.buttons
}

// newView numbers a view, with the lock held.
func (s *Server) newView(raw string) View {
	s.views.next++
	return View{ID: fmt.Sprintf("V%d", s.views.next), Hash: fmt.Sprintf("h%d", s.views.next), Raw: json.RawMessage(raw)}
}

// serveViews serves the methods of views.
func (s *Server) serveViews(w http.ResponseWriter, method string, args url.Values) {
	raw := args.Get("view")
	for _, bad := range CheckView(json.RawMessage(raw)) {
		s.problem("%s: %s", method, bad)
	}
	s.mu.Lock()
	view, code := s.changeViews(method, args, raw)
	s.note()
	s.mu.Unlock()
	if code != "" {
		answer(w, map[string]any{"ok": false, "error": code})
		return
	}
	answer(w, map[string]any{"ok": true, "view": view.object()})
}

// changeViews does what a method asks for, with the lock held.
func (s *Server) changeViews(method string, args url.Values, raw string) (View, string) {
	v := s.newView(raw)
	switch method {
	case "views.open", "views.push":
		user, ok := s.views.triggers[args.Get("trigger_id")]
		if !ok {
			return v, "expired_trigger_id"
		}
		delete(s.views.triggers, args.Get("trigger_id"))
		if method == "views.open" {
			s.views.modals[user] = nil
		}
		if len(s.views.modals[user]) == 3 {
			return v, "push_limit_reached"
		}
		s.views.modals[user] = append(s.views.modals[user], v)
		return v, ""
	case "views.publish":
		s.views.homes[args.Get("user_id")] = v
		return v, ""
	}
	for user, stack := range s.views.modals {
		for i := range stack {
			if stack[i].ID != args.Get("view_id") {
				continue
			}
			if h := args.Get("hash"); h != "" && h != stack[i].Hash {
				return v, "hash_conflict"
			}
			v.ID = stack[i].ID
			s.views.modals[user][i] = v
			return v, ""
		}
	}
	return v, "not_found"
}

// object is a view as Slack tells of it.
func (v View) object() map[string]any {
	var o map[string]any
	if json.Unmarshal(v.Raw, &o) != nil {
		o = map[string]any{}
	}
	o["id"], o["hash"], o["team_id"], o["app_id"] = v.ID, v.Hash, Team, "A0APP"
	return o
}

// Acknowledge does to a user's modals what the acknowledgement of a submission says. An empty one closes the modal.
func (s *Server) Acknowledge(user string, body []byte) (errs map[string]string) {
	var in struct {
		Action string            `json:"response_action"`
		View   json.RawMessage   `json:"view"`
		Errors map[string]string `json:"errors"`
	}
	if len(body) > 0 && json.Unmarshal(body, &in) != nil {
		s.problem("acknowledgement is no JSON: %s", body)
	}
	if in.View != nil {
		for _, bad := range CheckView(in.View) {
			s.problem("response_action %s: %s", in.Action, bad)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	stack := s.views.modals[user]
	top := len(stack) - 1
	switch {
	case in.Action == "errors":
		s.checkErrors(stack, in.Errors)
		return in.Errors
	case in.Action == "clear" || top < 0:
		stack = nil
	case in.Action == "push":
		if len(stack) == 3 {
			s.problems = append(s.problems, "push beyond three views")
			return nil
		}
		stack = append(stack, s.newView(string(in.View)))
	case in.Action == "update":
		v := s.newView(string(in.View))
		v.ID = stack[top].ID
		stack[top] = v
	default:
		stack = stack[:top]
	}
	s.views.modals[user] = stack
	return nil
}

// checkErrors refuses errors of blocks that the modal on top does not have.
func (s *Server) checkErrors(stack []View, errs map[string]string) {
	if len(stack) == 0 || len(errs) == 0 {
		s.problems = append(s.problems, "errors without a modal, or none")
		return
	}
	inputs := stack[len(stack)-1].inputs()
	for id, text := range errs {
		if _, ok := inputs[id]; !ok || text == "" {
			s.problems = append(s.problems, fmt.Sprintf("error %q of a block %q", text, id))
		}
	}
}

// chatUnfurl serves chat.unfurl.
func (s *Server) chatUnfurl(w http.ResponseWriter, args url.Values) {
	var all map[string]struct {
		Blocks json.RawMessage `json:"blocks"`
	}
	byID, byTS := args.Get("unfurl_id") != "" && args.Get("source") != "", args.Get("channel") != "" && args.Get("ts") != ""
	if json.Unmarshal([]byte(args.Get("unfurls")), &all) != nil || byID == byTS {
		s.problem("chat.unfurl: %v", args)
		answer(w, map[string]any{"ok": false, "error": "cannot_parse_attachment"})
		return
	}
	for link, a := range all {
		for _, bad := range Check(a.Blocks) {
			s.problem("chat.unfurl: %s", bad)
		}
		text, _ := readable(Message{Blocks: a.Blocks})
		s.mu.Lock()
		s.views.unfurls = append(s.views.unfurls, Unfurl{args.Get("channel"), args.Get("ts"), args.Get("unfurl_id"), link, text})
		s.note()
		s.mu.Unlock()
	}
	answer(w, map[string]any{"ok": true})
}
