package slacktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// serveAPI serves the Web API. Arguments come as a form or as JSON, the token in either or in the header.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	if method == "oauth.v2.access" {
		if s.begin(w, method) {
			s.oauthAccess(w, r)
		}
		return
	}
	args, token := arguments(r)
	whose, known := s.of(token)
	switch {
	case method == "apps.connections.open":
		known = token == AppToken
	case !known && strings.HasPrefix(token, "xoxb-T"), !known && strings.HasPrefix(token, "xoxb-E"):
		answer(w, map[string]any{"ok": false, "error": "token_expired"})
		return
	}
	if !known {
		s.problem("%s: wrong token %q", method, token)
		answer(w, map[string]any{"ok": false, "error": "invalid_auth"})
		return
	}
	if !s.begin(w, method) {
		return
	}
	args.Set("_team", whose.ID+whose.tail())
	switch method {
	case "auth.test":
		answer(w, map[string]any{"ok": true, "user_id": BotUser, "bot_id": "B0BOT", "team_id": whose.ID, "url": "https://harborlane.example/", "team": whose.Name, "user": "backchannel"})
	case "auth.revoke":
		s.revoke(w, token)
	case "conversations.info":
		s.channelInfo(w, args)
	case "conversations.history", "conversations.replies":
		s.history(w, args)
	case "users.info":
		s.usersInfo(w, args)
	case "apps.connections.open":
		answer(w, map[string]any{"ok": true, "url": strings.Replace(s.http.URL, "http://", "ws://", 1) + "/socket"})
	case "chat.postMessage", "chat.postEphemeral":
		s.chatPost(w, method, args)
	case "chat.update", "chat.delete":
		s.chatChange(w, method, args)
	case "views.open", "views.push", "views.update", "views.publish":
		s.serveViews(w, method, args)
	case "usergroups.users.list", "usergroups.users.update", "users.lookupByEmail":
		s.userGroup(w, method, args)
	case "chat.unfurl":
		s.chatUnfurl(w, args)
	default:
		s.problem("the app called %s", method)
		answer(w, map[string]any{"ok": false, "error": "unknown_method"})
	}
}

func arguments(r *http.Request) (url.Values, string) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var raw map[string]json.RawMessage
		args := url.Values{}
		if json.NewDecoder(r.Body).Decode(&raw) == nil {
			for k, v := range raw {
				var str string
				if json.Unmarshal(v, &str) != nil {
					str = string(v)
				}
				args.Set(k, str)
			}
		}
		return args, token
	}
	r.ParseForm()
	if token == "" {
		token = r.Form.Get("token")
	}
	return r.Form, token
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (s *Server) usersInfo(w http.ResponseWriter, args url.Values) {
	s.mu.Lock()
	u, ok := s.users[args.Get("user")]
	s.mu.Unlock()
	if !ok {
		answer(w, map[string]any{"ok": false, "error": "user_not_found"})
		return
	}
	user := map[string]any{
		"id": u.ID, "name": u.Name, "real_name": u.Name, "tz": u.Zone,
		"profile": map[string]any{"display_name": u.Name, "email": u.Email},
	}
	if u.Is != "" {
		user["is_"+u.Is] = true
	}
	if args.Get("include_locale") == "true" {
		user["locale"] = u.Locale
	}
	answer(w, map[string]any{"ok": true, "user": user})
}

func (s *Server) chatPost(w http.ResponseWriter, method string, args url.Values) {
	m := Message{
		Method: method, Channel: args.Get("channel"), Thread: args.Get("thread_ts"), User: args.Get("user"),
		Text: args.Get("text"), Blocks: json.RawMessage(args.Get("blocks")), TS: s.ts(),
		LinkNames: args.Get("link_names") == "true" || args.Get("link_names") == "1",
		Unfurls:   args.Get("unfurl_links") != "false" || args.Get("unfurl_media") != "false",
		Metadata:  args.Get("metadata"), Team: args.Get("_team"),
	}
	switch {
	case m.Channel == "":
		answer(w, map[string]any{"ok": false, "error": "channel_not_found"})
		return
	case method == "chat.postEphemeral" && m.User == "":
		answer(w, map[string]any{"ok": false, "error": "user_not_in_channel"})
		return
	}
	s.record(m, nil)
	if method == "chat.postEphemeral" {
		answer(w, map[string]any{"ok": true, "message_ts": m.TS})
		return
	}
	s.mu.Lock()
	s.posted[m.Channel+":"+m.TS] = true
	s.mu.Unlock()
	answer(w, map[string]any{"ok": true, "channel": m.Channel, "ts": m.TS, "message": map[string]any{"text": m.Text, "ts": m.TS}})
}

func (s *Server) chatChange(w http.ResponseWriter, method string, args url.Values) {
	m := Message{Method: method, Channel: args.Get("channel"), TS: args.Get("ts"), Text: args.Get("text"), Blocks: json.RawMessage(args.Get("blocks"))}
	s.mu.Lock()
	known := s.posted[m.Channel+":"+m.TS]
	s.mu.Unlock()
	if !known {
		s.problem("%s: message_not_found", method)
		answer(w, map[string]any{"ok": false, "error": "message_not_found"})
		return
	}
	s.record(m, nil)
	answer(w, map[string]any{"ok": true, "channel": m.Channel, "ts": m.TS, "text": m.Text})
}

// serveRespond serves response_urls.
func (s *Server) serveRespond(w http.ResponseWriter, r *http.Request) {
	if !s.begin(w, "response_url") {
		return
	}
	s.mu.Lock()
	to, ok := s.responses[r.PathValue("id")]
	uses := 0
	if ok {
		to.uses++
		uses = to.uses
	}
	s.mu.Unlock()
	if !ok || uses > ShareUses {
		s.problem("response_url %s: used %d times", r.PathValue("id"), uses)
		w.WriteHeader(http.StatusNotFound)
		answer(w, map[string]any{"ok": false, "error": "used_url"})
		return
	}
	if r.Header.Get("Authorization") != "" {
		s.problem("response_url got a token")
	}
	m, err := ParseResponse(r.Body)
	if err != nil {
		s.problem("response_url: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	m.Method = "response_url"
	s.respond(m, to)
	answer(w, map[string]any{"ok": true})
}

// respond records a message that answers a command or press.
func (s *Server) respond(m Message, to *response) {
	m.Channel, m.TS = to.channel, s.ts()
	if m.Replace && m.Type == "ephemeral" && s.public(to.channel, to.on) {
		s.problem("an ephemeral response cannot replace a message that everybody sees")
	}
	if m.Type == "ephemeral" {
		m.User = to.user
	}
	s.record(m, &to.on)
}
