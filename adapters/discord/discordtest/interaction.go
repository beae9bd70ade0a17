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
	"strconv"
	"time"
)

// Interaction is what somebody does.
type Interaction struct {
	ID      string // "" is a new one
	Type    int    // 2 a command, 3 a press, 4 typing, 5 a submitted modal
	Channel string
	Direct  bool
	User    string
	Locale  string // "" is en-US
	Name    string // of the channel
	Data    any
	On      string // the message that was pressed
	Token   string // "" is a new one
}

// exchange is what became of an interaction.
type exchange struct {
	in       Interaction
	answered int    // the type of the first answer, 0 before
	private  bool   // a deferred answer is for the user alone
	original string // id of the message that @original means, "" until it is there
	data     json.RawMessage
}

// Payload is an interaction as Discord sends it, and the token it is known by from now on.
func (s *Server) Payload(in Interaction) (body []byte, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.ID == "" {
		in.ID = s.id()
	}
	if in.Token == "" {
		in.Token = "token" + in.ID
	}
	if in.Locale == "" {
		in.Locale = "en-US"
	}
	user := map[string]any{"id": in.User, "username": in.User, "global_name": "Somebody"}
	p := map[string]any{
		"id": in.ID, "application_id": App, "type": in.Type, "token": in.Token, "version": 1, "locale": in.Locale, "data": in.Data,
		"channel_id": in.Channel, "channel": map[string]any{"id": in.Channel, "type": 0, "name": in.Name},
	}
	if in.Direct {
		p["user"] = user
	} else {
		p["guild_id"], p["member"] = Guild, map[string]any{"user": user, "nick": nil, "roles": []string{}}
	}
	if in.On != "" {
		p["message"] = s.pressed(in)
	}
	s.interactions[in.Token] = &exchange{in: in, original: in.On}
	body, _ = json.Marshal(p)
	return body, in.Token
}

// pressed is the message that was pressed as Discord repeats it, with the lock held.
func (s *Server) pressed(in Interaction) map[string]any {
	for _, m := range s.rooms[in.Channel] {
		if m.ID == in.On {
			flags := Components
			if m.User != "" {
				flags |= Ephemeral
			}
			return map[string]any{"id": m.ID, "flags": flags, "components": m.Components}
		}
	}
	return map[string]any{"id": in.On, "flags": 0}
}

// Deliver sends a body to a callback URL with Discord's signature, and takes the answer as the first one.
func (s *Server) Deliver(ctx context.Context, url string, payload []byte) (status int, answer []byte, err error) {
	at := strconv.FormatInt(time.Now().Unix(), 10)
	sum := ed25519.Sign(s.key, append([]byte(at), payload...))
	return s.DeliverSigned(ctx, url, payload, at, hex.EncodeToString(sum))
}

// DeliverSigned is Deliver with a signature of the caller's.
func (s *Server) DeliverSigned(ctx context.Context, url string, payload []byte, at, signature string) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(payload))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature-Timestamp", at)
	req.Header.Set("X-Signature-Ed25519", signature)
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	var in struct{ Token string }
	if json.Unmarshal(payload, &in) == nil && in.Token != "" && resp.StatusCode == http.StatusOK {
		s.mu.Lock()
		s.sent = append(s.sent, Sent{"answer", bytes.TrimSpace(answer)})
		s.mu.Unlock()
		s.first(in.Token, answer)
	}
	return resp.StatusCode, answer, err
}

// Sign signs a body as Discord would.
func (s *Server) Sign(at string, payload []byte) string {
	return hex.EncodeToString(ed25519.Sign(s.key, append([]byte(at), payload...)))
}

// Answer returns the type and data of the first answer to an interaction, 0 before there is one.
func (s *Server) Answer(token string) (kind int, data json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.interactions[token]; x != nil {
		return x.answered, x.data
	}
	return 0, nil
}

func (s *Server) serveCallback(w http.ResponseWriter, r *http.Request) {
	if code := s.first(r.PathValue("token"), body(r)); code != 0 {
		refuse(w, http.StatusBadRequest, code)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// first takes the first answer to an interaction and returns an error code of Discord's, or 0.
func (s *Server) first(token string, raw []byte) (code int) {
	var c struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		s.problem("callback: %v", err)
		return 50035
	}
	var b Body
	var m Shown
	switch c.Type {
	case 4, 7:
		b, m = s.take("callback", c.Data)
	case 5:
		json.Unmarshal(c.Data, &b)
	case 8:
		s.checkChoices(c.Data)
	case 9:
		s.checkModal(c.Data)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.interactions[token]
	if x == nil {
		s.problems = append(s.problems, "callback: unknown interaction "+token)
		return 10062
	}
	if x.answered != 0 {
		s.problems = append(s.problems, "callback: a second answer")
		return 40060
	}
	if bad := x.forbids(c.Type); bad != "" {
		s.problems = append(s.problems, bad)
		return 50035
	}
	x.answered, x.data, x.private = c.Type, c.Data, b.Flags&Ephemeral != 0
	switch c.Type {
	case 4:
		if m.User = ""; x.private {
			m.User = x.in.User
		}
		x.original = s.add(x.in.Channel, m)
	case 5:
		x.original = ""
	case 7:
		s.change(x.in.Channel, x.in.On, &m)
	}
	s.note()
	return 0
}

// forbids says which first answers an interaction cannot have.
func (x *exchange) forbids(kind int) string {
	ok := map[int][]int{2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5}}[x.in.Type]
	if x.in.Type == 5 && x.in.On != "" {
		ok = append(ok, 6, 7)
	}
	for _, k := range ok {
		if k == kind {
			return ""
		}
	}
	return fmt.Sprintf("callback: an interaction of type %d cannot be answered with %d", x.in.Type, kind)
}

func (s *Server) checkChoices(raw []byte) {
	var d struct {
		Choices []struct{ Name, Value string }
	}
	if err := json.Unmarshal(raw, &d); err != nil || d.Choices == nil || len(d.Choices) > 25 {
		s.problem("choices: %d of them, %v", len(d.Choices), err)
	}
	for _, c := range d.Choices {
		if n, v := len([]rune(c.Name)), len([]rune(c.Value)); n < 1 || n > 100 || v < 1 || v > 100 {
			s.problem("choices: %q with %q", c.Name, c.Value)
		}
	}
}

func (s *Server) checkModal(raw []byte) {
	var m Modal
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		s.problem("modal: %v", err)
	}
	for _, bad := range CheckModal(m) {
		s.problem("modal: %s", bad)
	}
}

func (s *Server) serveFollow(w http.ResponseWriter, r *http.Request) {
	b, m := s.take("follow", body(r))
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.interactions[r.PathValue("token")]
	if x == nil || x.answered == 0 {
		refuse(w, http.StatusNotFound, 10015)
		return
	}
	if b.Flags&Ephemeral != 0 {
		m.User = x.in.User
	}
	answer(w, map[string]string{"id": s.add(x.in.Channel, m)})
}

func (s *Server) serveEdit(w http.ResponseWriter, r *http.Request) {
	b, m := s.take("edit", body(r))
	if b.Flags&Ephemeral != 0 {
		s.problem("edit: who sees a message cannot be changed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, id := s.known(r)
	if x == nil {
		refuse(w, http.StatusNotFound, 10015)
		return
	}
	if id == "" { // what was announced
		if x.private {
			m.User = x.in.User
		}
		x.original = s.add(x.in.Channel, m)
		id = x.original
	} else if !s.change(x.in.Channel, id, &m) {
		refuse(w, http.StatusNotFound, 10008)
		return
	}
	answer(w, map[string]string{"id": id})
}

func (s *Server) serveDelete(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, id := s.known(r)
	if x == nil || id != "" && !s.change(x.in.Channel, id, nil) {
		refuse(w, http.StatusNotFound, 10008)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// known returns the interaction of a webhook, nil before its first answer, and the message that is meant, with the
// lock held.
func (s *Server) known(r *http.Request) (*exchange, string) {
	x := s.interactions[r.PathValue("token")]
	if x == nil || x.answered == 0 {
		return nil, ""
	}
	if id := r.PathValue("message"); id != "@original" {
		return x, id
	}
	return x, x.original
}
