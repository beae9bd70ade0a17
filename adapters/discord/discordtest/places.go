package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// limit is a rate limit of a route.
type limit struct {
	most  int
	per   time.Duration
	used  int
	until time.Time
}

// Limit makes a route take at most so many requests in a while, and say so in its answers as Discord does.
func (s *Server) Limit(route string, most int, per time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits[route] = &limit{most: most, per: per}
}

// count counts a request and returns how long it comes too early, zero when it does not.
func (l *limit) count(h http.Header) time.Duration {
	if l == nil {
		return 0
	}
	now := time.Now()
	if !now.Before(l.until) {
		l.used, l.until = 0, now.Add(l.per)
	}
	l.used++
	left := l.until.Sub(now)
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.most))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(l.most-l.used, 0)))
	h.Set("X-RateLimit-Reset-After", strconv.FormatFloat(left.Seconds(), 'f', 3, 64))
	h.Set("X-RateLimit-Bucket", "abcd1234")
	if l.used > l.most {
		return left
	}
	return 0
}

// Down makes Discord unreachable, with every connection to it, or reachable again.
func (s *Server) Down(down bool) {
	s.mu.Lock()
	s.down = down
	s.mu.Unlock()
	if down {
		for _, c := range s.Sockets() {
			c.Drop()
		}
	}
}

// Refuse makes the gateway close new sessions with a code; 0 ends that.
func (s *Server) Refuse(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = code
}

// sessionsLeft is how many sessions may still begin today.
func (s *Server) sessionsLeft() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(s.Sessions-s.calls["identify"], 0)
}

// Join sets the guilds that the bot is in when a session begins.
func (s *Server) Join(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guilds = ids
}

// Enter makes a user a member of a guild.
func (s *Server) Enter(guild, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members[guild+"/"+user] = true
}

// serveMember tells of one member; of a guild that the bot is not in, Discord tells nothing.
func (s *Server) serveMember(w http.ResponseWriter, r *http.Request) {
	guild, user := r.PathValue("guild"), r.PathValue("user")
	s.mu.Lock()
	in, member := slices.Contains(s.guilds, guild), s.members[guild+"/"+user]
	s.mu.Unlock()
	switch {
	case !in:
		refuse(w, http.StatusForbidden, 50001)
	case !member:
		refuse(w, http.StatusNotFound, 10007)
	default:
		answer(w, map[string]any{"user": map[string]any{"id": user, "username": "u"}, "roles": []string{}})
	}
}

// serveGuilds lists the guilds that the bot is in, by id.
func (s *Server) serveGuilds(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 200 {
		s.problem("guilds: a limit of %q", r.URL.Query().Get("limit"))
		limit = 200
	}
	s.mu.Lock()
	ids := slices.Sorted(slices.Values(s.guilds))
	s.mu.Unlock()
	out := []map[string]any{}
	for _, id := range ids {
		if id > r.URL.Query().Get("after") && len(out) < limit {
			out = append(out, map[string]any{"id": id, "name": "guild " + id, "owner": false})
		}
	}
	answer(w, out)
}

// SetChannels sets what the guild's channels are, as the list that Discord gives.
func (s *Server) SetChannels(list any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels, _ = json.Marshal(list)
}

// CloseChannel makes a channel answer with one of Discord's codes: 10003 for one that is gone, 50001 for one that the
// bot may not see; 0 opens it again.
func (s *Server) CloseChannel(id string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone[id] = code
}

// ForgetNonces is what time does: a message with a known nonce is a new one.
func (s *Server) ForgetNonces() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nonces = map[string]string{}
}

// closed is the code that a channel answers with, with the lock held. The thread below a message is a channel once it
// was begun.
func (s *Server) closed(channel string) int {
	if code := s.gone[channel]; code != 0 {
		return code
	}
	if s.threads[channel] {
		return 0
	}
	for _, room := range s.rooms {
		if slices.ContainsFunc(room, func(m Shown) bool { return m.ID == channel }) {
			return 10003
		}
	}
	return 0
}

func statusOf(code int) int {
	if code >= 50_000 {
		return http.StatusForbidden
	}
	return http.StatusNotFound
}

// serveHistory lists messages, the latest first. As with Discord, the nonce is not among what is kept.
func (s *Server) serveHistory(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	code := s.closed(r.PathValue("channel"))
	var out []map[string]any
	for _, m := range s.rooms[r.PathValue("channel")] {
		out = append(out, map[string]any{"id": m.ID, "author": map[string]any{"id": BotUser, "bot": true}, "components": m.Components})
	}
	s.mu.Unlock()
	if code != 0 {
		refuse(w, statusOf(code), code)
		return
	}
	slices.Reverse(out)
	if n, err := strconv.Atoi(r.URL.Query().Get("limit")); err != nil || n < 1 || n > 100 {
		s.problem("history: a limit of %q", r.URL.Query().Get("limit"))
	} else {
		out = out[:min(len(out), n)]
	}
	answer(w, out)
}

func (s *Server) serveThread(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Name  string `json:"name"`
		Rests int    `json:"auto_archive_duration"`
	}
	json.Unmarshal(body(r), &in)
	if n := len([]rune(in.Name)); n < 1 || n > 100 || !slices.Contains([]int{60, 1440, 4320, 10080}, in.Rests) {
		s.problem("thread: %q for %d minutes", in.Name, in.Rests)
	}
	id := r.PathValue("message")
	s.mu.Lock()
	code := s.gone[r.PathValue("channel")]
	there := slices.ContainsFunc(s.rooms[r.PathValue("channel")], func(m Shown) bool { return m.ID == id })
	switch {
	case code != 0:
	case !there:
		code = 10008
	case s.threads[r.PathValue("channel")], strings.HasPrefix(r.PathValue("channel"), directs):
		code = 50024 // no threads in threads or direct messages
	case s.threads[id]:
		code = 160004
	default:
		s.threads[id] = true
	}
	s.mu.Unlock()
	if code != 0 {
		refuse(w, statusOf(code), code)
		return
	}
	answer(w, map[string]any{"id": id, "name": in.Name, "type": 11})
}

func (s *Server) serveDirect(w http.ResponseWriter, r *http.Request) {
	var in struct {
		User string `json:"recipient_id"`
	}
	json.Unmarshal(body(r), &in)
	if in.User == "" {
		refuse(w, http.StatusBadRequest, 50033)
		return
	}
	answer(w, map[string]any{"id": DirectWith(in.User), "type": 1})
}

// directs begins the ids of channels of direct messages.
const directs = "9"

// DirectWith is the channel of direct messages with a user.
func DirectWith(user string) string { return directs + user[1:] }

func (s *Server) serveChannels(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("guild") != Guild {
		refuse(w, http.StatusForbidden, 50001)
		return
	}
	s.mu.Lock()
	all := s.channels
	s.mu.Unlock()
	answer(w, all)
}

func (s *Server) serveOriginal(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	x, id := s.known(r)
	s.mu.Unlock()
	if x == nil || id == "" {
		refuse(w, http.StatusNotFound, 10008)
		return
	}
	answer(w, map[string]string{"id": id})
}

// End is the end of an interaction: its fifteen minutes are over.
func (s *Server) End(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.interactions, token)
}
