package discordtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The application and the guild that the server plays.
const (
	App     = "400000000000000001"
	BotUser = "400000000000000002"
	Guild   = "500000000000000001"
	Token   = "MzIx.test.token"
)

// Failure is how the server answers a request instead of doing its job.
type Failure struct {
	Status     int     // HTTP status
	RetryAfter float64 // seconds, for 429
	Code       int     // Discord's error code
	Hang       bool    // close the connection without an answer
	Late       bool    // do the job, and then close the connection without an answer
	Global     bool    // of 429: the limit is on everything
	Network    bool    // of 429: it is not Discord that answers, but what stands before it
}

// Server is a running fake. Close it.
type Server struct {
	http *httptest.Server
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup
	key  ed25519.PrivateKey

	Sessions  int           // that may begin in a day; set it before the adapter runs
	Heartbeat time.Duration // that the gateway asks for; set it before the adapter runs

	mu           sync.Mutex
	changed      chan struct{} // closed and replaced at every change
	rooms        map[string][]Shown
	problems     []string
	calls        map[string]int
	failures     map[string][]Failure
	interactions map[string]*exchange // by token
	nonces       map[string]string    // nonce -> message id
	sent         []Sent
	watch        func(channel string, m Shown)
	threads      map[string]bool   // messages with a thread below them
	gone         map[string]int    // channels that answer with an error code of Discord's
	channels     json.RawMessage   // of the guild
	guilds       []string          // that the bot is in
	members      map[string]bool   // guild and user
	limits       map[string]*limit // by route
	down         bool
	refuse       int // code that a new session is closed with
	commands     json.RawMessage
	sockets      []*Socket
	sessions     map[string]*history
	next         uint64
}

// New starts a server.
func New() *Server {
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, "a seed for tests alone")
	s := &Server{
		key: ed25519.NewKeyFromSeed(seed), Heartbeat: 40 * time.Second, Sessions: 1000, changed: make(chan struct{}), rooms: map[string][]Shown{},
		calls: map[string]int{}, failures: map[string][]Failure{}, interactions: map[string]*exchange{}, nonces: map[string]string{},
		threads: map[string]bool{}, gone: map[string]int{}, members: map[string]bool{}, channels: json.RawMessage("[]"), limits: map[string]*limit{},
		commands: json.RawMessage("[]"), sessions: map[string]*history{},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/gateway", s.route("gateway", s.serveGateway))
	mux.HandleFunc("GET /api/gateway/bot", s.route("gateway bot", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"url": "wss://unused.invalid", "shards": 1, "session_start_limit": map[string]any{"total": 1000, "remaining": s.sessionsLeft(), "reset_after": 3600000, "max_concurrency": 1}})
	}))
	mux.HandleFunc("GET /api/applications/@me", s.route("application", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"id": App, "name": "Backchannel", "verify_key": s.PublicKey(), "interactions_endpoint_url": nil})
	}))
	mux.HandleFunc("GET /api/applications/{app}/commands", s.route("commands", s.getCommands))
	mux.HandleFunc("PUT /api/applications/{app}/commands", s.route("set commands", s.putCommands))
	mux.HandleFunc("POST /api/interactions/{id}/{token}/callback", s.route("callback", s.serveCallback))
	mux.HandleFunc("POST /api/webhooks/{app}/{token}", s.route("follow", s.serveFollow))
	mux.HandleFunc("PATCH /api/webhooks/{app}/{token}/messages/{message}", s.route("edit", s.serveEdit))
	mux.HandleFunc("DELETE /api/webhooks/{app}/{token}/messages/{message}", s.route("delete", s.serveDelete))
	mux.HandleFunc("POST /api/channels/{channel}/messages", s.route("post", s.servePost))
	mux.HandleFunc("PATCH /api/channels/{channel}/messages/{message}", s.route("update", s.serveUpdate))
	mux.HandleFunc("GET /api/channels/{channel}/messages", s.route("history", s.serveHistory))
	mux.HandleFunc("POST /api/channels/{channel}/messages/{message}/threads", s.route("thread", s.serveThread))
	mux.HandleFunc("POST /api/users/@me/channels", s.route("direct", s.serveDirect))
	mux.HandleFunc("GET /api/users/@me/guilds", s.route("guilds", s.serveGuilds))
	mux.HandleFunc("GET /api/guilds/{guild}/members/{user}", s.route("member", s.serveMember))
	mux.HandleFunc("GET /api/guilds/{guild}/channels", s.route("channels", s.serveChannels))
	mux.HandleFunc("GET /api/webhooks/{app}/{token}/messages/{message}", s.route("original", s.serveOriginal))
	mux.HandleFunc("GET /socket/", s.serveSocket)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.problem("there is no %s %s", r.Method, r.URL.Path)
		refuse(w, http.StatusNotFound, 0)
	})
	s.http = httptest.NewServer(mux)
	return s
}

// Close ends the server and every connection.
func (s *Server) Close() {
	s.stop()
	for _, c := range s.Sockets() {
		c.Drop()
	}
	s.http.CloseClientConnections()
	s.http.Close()
	s.wg.Wait()
}

// APIURL is the address to give as api_url.
func (s *Server) APIURL() string { return s.http.URL + "/api" }

// PublicKey is the application's, in hexadecimal.
func (s *Server) PublicKey() string {
	return hex.EncodeToString(s.key.Public().(ed25519.PublicKey))
}

// Fail makes the next requests of a route fail, one failure each. Routes are gateway, commands, set commands,
// callback, follow, edit, delete, original, post, update, history, thread, direct, channels, guilds and member.
func (s *Server) Fail(route string, failures ...Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures[route] = append(s.failures[route], failures...)
}

// Calls returns how often a route was asked for, or "identify" or "resume" on the gateway.
func (s *Server) Calls(route string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[route]
}

// Sent is a body that the app sent.
type Sent struct {
	Route string // as Fail calls it; "answer" is the body of a response over HTTP
	Body  json.RawMessage
}

// Sent returns everything that the app sent, in order.
func (s *Server) Sent() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Commands returns what the application's commands are.
func (s *Server) Commands() json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands
}

// Problems returns what the app did wrong: messages beyond the limits, wrong tokens, second answers.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

func (s *Server) problem(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
	s.note()
}

// Wait returns when cond holds, which is asked again after every change and from time to time, or with false when ctx
// is done.
func (s *Server) Wait(ctx context.Context, cond func() bool) bool {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return true
		}
		select {
		case <-changed:
		case <-time.After(look): // cond may be of the bot, whose doings nobody tells
		case <-ctx.Done():
			return cond()
		}
	}
}

// look is how often those who wait look by themselves.
const look = 20 * time.Millisecond

// note tells those who wait, with the lock held.
func (s *Server) note() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// id returns a new id with the time of now in it, with the lock held.
func (s *Server) id() string {
	s.next++
	return strconv.FormatUint(uint64(time.Now().UnixMilli()-1_420_070_400_000)<<22|s.next&(1<<22-1), 10)
}

// NewID returns an id that nothing has.
func (s *Server) NewID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id()
}

// route counts a request, checks who makes it, and plays a failure if one is due.
func (s *Server) route(name string, serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(raw))
		s.mu.Lock()
		if len(raw) > 0 {
			s.sent = append(s.sent, Sent{name, raw})
		}
		s.calls[name]++
		var f *Failure
		if q := s.failures[name]; len(q) > 0 {
			f, s.failures[name] = &q[0], q[1:]
		}
		down := s.down
		over := s.limits[name].count(w.Header())
		s.note()
		s.mu.Unlock()
		if !strings.HasPrefix(r.Header.Get("User-Agent"), "DiscordBot (http") {
			s.problem("%s: the User-Agent is %q", name, r.Header.Get("User-Agent"))
		}
		switch {
		case down, f != nil && f.Hang:
			panic(http.ErrAbortHandler)
		case f != nil && f.Late:
			serve(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case over > 0:
			s.mu.Lock()
			s.calls["limited"]++
			s.mu.Unlock()
			s.fail(w, Failure{Status: http.StatusTooManyRequests, RetryAfter: over.Seconds()})
		case f != nil:
			s.fail(w, *f)
		case name != "gateway" && r.Header.Get("Authorization") != "Bot "+Token: // the gateway's address is for everybody
			refuse(w, http.StatusUnauthorized, 0)
		default:
			serve(w, r)
		}
	}
}

func (s *Server) fail(w http.ResponseWriter, f Failure) {
	if f.Status != http.StatusTooManyRequests {
		refuse(w, f.Status, f.Code)
		return
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter)+1))
	if f.Network {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		fmt.Fprint(w, "<html>error 1015</html>")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if f.Global {
		w.Header().Set("X-RateLimit-Global", "true")
		w.Header().Set("X-RateLimit-Scope", "global")
	}
	w.WriteHeader(f.Status)
	fmt.Fprintf(w, `{"message":"You are being rate limited.","retry_after":%v,"global":%v}`, f.RetryAfter, f.Global)
}

func refuse(w http.ResponseWriter, status, code int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":%q,"code":%d}`, http.StatusText(status), code)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

func (s *Server) getCommands(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("app") != App {
		refuse(w, http.StatusNotFound, 10002)
		return
	}
	answer(w, s.Commands())
}

// putCommands keeps commands as Discord does, with members of its own.
func (s *Server) putCommands(w http.ResponseWriter, r *http.Request) {
	raw := body(r)
	for _, bad := range CheckCommands(raw) {
		s.problem("commands: %s", bad)
	}
	var all []map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		s.problem("commands: %v", err)
		refuse(w, http.StatusBadRequest, 50035)
		return
	}
	slices.Reverse(all)
	for i := range all {
		all[i]["id"], all[i]["application_id"], all[i]["version"] = strconv.Itoa(i), App, "1"
	}
	s.mu.Lock()
	s.commands, _ = json.Marshal(all)
	s.note()
	s.mu.Unlock()
	answer(w, s.Commands())
}
