// Package slacktest is a Slack to test against: a server that signs and sends slash commands, events and presses over
// HTTP or Socket Mode, serves the Web API methods that the adapter uses, checks every message against Block Kit's
// limits, and can be slow, busy, broken or gone. It knows nothing of the adapter: what it checks is Slack's side.
package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// The workspace that the server plays.
const (
	Team      = "T0HARBOR"
	BotUser   = "U0BOT"
	BotToken  = "xoxb-test"
	AppToken  = "xapp-test"
	Secret    = "8f742231b10e8888abcd99yyyzzz85a5"
	ShareUses = 5 // how often a response_url may be used
)

// Message is a message that the app sent, by whatever way.
type Message struct {
	Method    string // chat.postMessage, chat.postEphemeral, chat.update, chat.delete, response_url or response (in an acknowledgement)
	Channel   string
	Thread    string
	User      string // of an ephemeral message
	TS        string // of the message, or of the one that is updated or deleted
	Type      string // ephemeral or in_channel, for responses
	Replace   bool   // replace_original, for responses
	Text      string
	Blocks    json.RawMessage
	LinkNames bool
	Unfurls   bool
	Metadata  string // JSON
	Team      string // whose token it was sent with, "" for responses
}

// Failure is how the server answers a call instead of doing its job.
type Failure struct {
	Status     int           // HTTP status; 0 is 200
	RetryAfter int           // seconds
	Code       string        // Slack's error code in the body
	Delay      time.Duration // before the answer
	Hang       bool          // close the connection without an answer
}

// User is a person in the workspace.
type User struct {
	ID, Name, Email, Zone, Locale string

	Is string // what else is true of them: "restricted", "ultra_restricted", "stranger" or "bot"
}

// Server is a running fake. Close it.
type Server struct {
	http *httptest.Server
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu        sync.Mutex
	changed   chan struct{} // closed and replaced at every change
	messages  []Message
	problems  []string
	calls     map[string]int
	failures  map[string][]Failure
	down      bool
	watch     func(Message)
	users     map[string]User
	channels  map[string]Channel
	groups    map[string][]string // members, by the id of a user group
	grants    grants
	responses map[string]*response
	posted    map[string]bool    // channel:ts
	rooms     map[string][]Shown // by channel
	sockets   []*Socket
	next      int
	maxSocks  int
	views     screens
}

// response is what a response_url belongs to.
type response struct {
	channel string
	user    string // who pressed or typed
	on      string // ts of the message that may be replaced
	uses    int
}

// New starts a server.
func New() *Server {
	s := &Server{
		changed: make(chan struct{}), calls: map[string]int{}, failures: map[string][]Failure{}, users: map[string]User{},
		channels: map[string]Channel{}, grants: newGrants(),
		responses: map[string]*response{}, posted: map[string]bool{}, rooms: map[string][]Shown{}, maxSocks: 10,
		views: screens{triggers: map[string]string{}, modals: map[string][]View{}, homes: map[string]View{}},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serveAPI)
	mux.HandleFunc("POST /respond/{id}", s.serveRespond)
	mux.HandleFunc("GET /socket", s.serveSocket)
	mux.HandleFunc("GET /oauth/v2/authorize", s.serveAuthorize)
	s.http = httptest.NewServer(mux)
	return s
}

// Close ends the server and every socket.
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
func (s *Server) APIURL() string { return s.http.URL + "/api/" }

// AddUser makes a person known.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = u
}

// Fail makes the next calls of a Web API method, or of "response_url" or "socket", fail, one failure each.
func (s *Server) Fail(method string, failures ...Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures[method] = append(s.failures[method], failures...)
}

// Down has every call fail, the opening of sockets too, until it is told otherwise.
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

// Watch has a function called with every message from now on, as it becomes visible. It must be quick.
func (s *Server) Watch(f func(Message)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch = f
}

// Calls returns how often a method was called.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Messages returns what the app has sent so far.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Problems returns what the app did wrong: messages beyond the limits, wrong tokens, response_urls used too often.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
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

func (s *Server) problem(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
	s.note()
}

// record keeps a message, checks and shows it. On is the message that a response may replace, nil for other messages.
func (s *Server) record(m Message, on *string) {
	bad := Check(m.Blocks)
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Text == "" && m.Method != "chat.delete" {
		bad = append(bad, "a message without text has no notification")
	}
	if len([]rune(m.Text)) > 40_000 {
		bad = append(bad, "msg_too_long")
	}
	if strings.Contains(m.Text, "<!") {
		bad = append(bad, "the text mentions a group: "+m.Text)
	}
	for _, b := range bad {
		s.problems = append(s.problems, m.Method+": "+b)
	}
	s.messages = append(s.messages, m)
	if s.watch != nil {
		s.watch(m)
	}
	s.apply(m, on)
	s.note()
}

// begin counts a call and plays a failure, if one is due. It returns false when the call is answered already.
func (s *Server) begin(w http.ResponseWriter, method string) bool {
	s.mu.Lock()
	s.calls[method]++
	var f *Failure
	if s.down {
		f = &Failure{Status: http.StatusServiceUnavailable}
	} else if q := s.failures[method]; len(q) > 0 {
		f = &q[0]
		s.failures[method] = q[1:]
	}
	s.note()
	s.mu.Unlock()
	if f == nil {
		return true
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-s.ctx.Done():
		}
	}
	switch {
	case f.Hang:
		panic(http.ErrAbortHandler)
	case f.Status == 0 && f.Code == "":
		return true
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(f.RetryAfter))
	}
	w.Header().Set("Content-Type", "application/json")
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	fmt.Fprintf(w, `{"ok":false,"error":%q}`, f.Code)
	return false
}

// ts returns a new message timestamp.
func (s *Server) ts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	return fmt.Sprintf("1764000000.%06d", s.next)
}
