package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// intents are what the gateway tells us: guilds with their channels, messages in them and direct ones. Without the
// privileged intent for their content, Discord gives the text of those messages alone that mention us, reply to us or
// are direct.
const intents = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages

// supervise keeps a connection to the gateway until ctx is done. A connection that ends is resumed; when that fails,
// a session is built anew. Where no attempt can help it stops: each costs one of the thousand sessions a day, after
// which Discord resets the token.
func (s *session) supervise(ctx context.Context) {
	s.a.guilds.load(ctx, s.a.deps.Installations)
	for n := 0; ctx.Err() == nil; {
		up, err := s.connected(ctx)
		if up >= s.a.tune.steady {
			n = 0
		}
		if ctx.Err() != nil {
			break
		}
		why, last := trouble(err)
		if last {
			s.a.deps.Log.Error("discord: the gateway is given up until the next start", "err", err)
			s.a.gateway.Set(false, "stopped: "+why)
			<-ctx.Done()
			break
		}
		s.a.gateway.Set(false, "the gateway is away: "+why)
		bot.Sleep(ctx, s.a.backoff().After(n))
		n++
	}
	s.a.gateway.Set(false, "stopped")
}

// connected keeps one session until it can be neither kept nor resumed. Up is how long it was connected last. What
// ends again and again soon after it began is resumed more and more slowly.
func (s *session) connected(ctx context.Context) (up time.Duration, err error) {
	l := s.a.newLink(s.dispatch)
	defer l.close()
	for n := 0; ; {
		if err := l.open(ctx, s.a.tune.dial); err != nil {
			return up, err
		}
		began := s.a.deps.Now()
		s.a.gateway.Set(true, "ready")
		select {
		case <-l.gone:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		if up = s.a.deps.Now().Sub(began); up >= s.a.tune.steady {
			n = 0
			continue
		}
		bot.Sleep(ctx, s.a.backoff().After(n))
		n++
	}
}

// trouble is an error in words for the status, and whether it is the last: an answer that will be the same every time
// (docs.discord.com/developers/topics/opcodes-and-status-codes#gateway).
func trouble(err error) (words string, last bool) {
	for failed := new(url.Error); errors.As(err, &failed); {
		err = failed.Err // the addresses are the SDK's, not those that were asked
	}
	closed, ok := errors.AsType[*websocket.CloseError](err)
	if !ok {
		return err.Error(), false
	}
	switch closed.Code {
	case 4004:
		return "Discord refuses the bot's token (4004); set discord.token and restart", true
	case 4010, 4011:
		return fmt.Sprintf("the bot is in more guilds than one connection takes (%d); use mode: http", closed.Code), true
	case 4012:
		return "Discord no longer speaks this version of its protocol (4012); update Backchannel", true
	case 4013, 4014:
		return fmt.Sprintf("Discord refuses the intents (%d); only unprivileged ones are asked for, so check api_url, and restart", closed.Code), true
	default:
		return fmt.Sprintf("closed with code %d %s", closed.Code, closed.Text), false
	}
}

// link is one session of the SDK with the network connection below it. The SDK is known to block for ever around a
// reconnection, so it never reconnects by itself, and everything of it is bounded by closing what is below.
type link struct {
	sdk  *discordgo.Session
	gone chan struct{} // receives when the connection has ended

	mu      sync.Mutex
	conn    net.Conn // the latest
	dropped bool
}

// newLink returns a link whose events go to dispatch.
func (a *Adapter) newLink(dispatch func(kind string, raw json.RawMessage)) *link {
	l := &link{gone: make(chan struct{}, 1), sdk: newSDK(a.cfg, &http.Client{Transport: &rebased{a.deps.HTTP, a.cfg.APIURL}, Timeout: a.tune.dial})}
	l.sdk.Identify.Intents = intents
	dialer := &net.Dialer{Timeout: a.tune.dial}
	l.sdk.Dialer = &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: a.tune.dial,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return l.hold(&watched{conn, a.tune.silence})
		},
	}
	l.sdk.AddHandler(func(_ *discordgo.Session, _ *discordgo.Disconnect) {
		select {
		case l.gone <- struct{}{}:
		default:
		}
	})
	l.sdk.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { dispatch(e.Type, e.RawData) })
	return l
}

// hold keeps a connection so that it can be closed.
func (l *link) hold(conn net.Conn) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dropped {
		conn.Close()
		return nil, net.ErrClosed
	}
	l.conn = conn
	return conn, nil
}

// open connects, or resumes what was connected before.
func (l *link) open(ctx context.Context, limit time.Duration) error {
	select {
	case <-l.gone: // of the connection before
	default:
	}
	done := make(chan error, 1)
	go func() { done <- l.sdk.Open() }()
	t := time.NewTimer(limit)
	defer t.Stop()
	var err error
	select {
	case err := <-done:
		return err
	case <-t.C:
		err = fault.New(fault.Upstream, "not ready within %s", limit)
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.drop()
	t.Reset(closing)
	select { // it ends at once, unless the SDK is stuck
	case <-done:
	case <-t.C:
	}
	return err
}

// closing is how long the SDK gets to say goodbye; it waits for a second of its own accord.
const closing = 3 * time.Second

// close ends the connection politely, and returns when nothing of the SDK runs any more, or when it is stuck.
func (l *link) close() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = l.sdk.Close()
	}()
	t := time.NewTimer(closing)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}
	l.drop()
}

// drop ends the connection at once, and lets no other be made.
func (l *link) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropped = true
	if l.conn != nil {
		l.conn.Close()
	}
}

// watched is a connection that ends when nothing comes for too long: a heartbeat's answer is always due before.
type watched struct {
	net.Conn
	silence time.Duration
}

// Read implements net.Conn.
func (w *watched) Read(p []byte) (int, error) {
	if err := w.SetReadDeadline(time.Now().Add(w.silence)); err != nil {
		return 0, err
	}
	return w.Conn.Read(p)
}

// rebased sends the SDK's requests to the configured API: its own addresses are fixed.
type rebased struct {
	client *http.Client
	base   string
}

// RoundTrip implements http.RoundTripper.
func (r *rebased) RoundTrip(req *http.Request) (*http.Response, error) {
	path, ok := strings.CutPrefix(req.URL.String(), discordgo.EndpointAPI)
	if !ok {
		return nil, fault.New(fault.Internal, "a request beside the API")
	}
	again, err := http.NewRequestWithContext(req.Context(), req.Method, r.base+"/"+path, req.Body)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "api_url")
	}
	again.Header = req.Header
	return r.client.Do(again)
}

// dispatch takes in an event of the gateway. It runs on the SDK's reader, so it queues and never waits for Discord.
func (s *session) dispatch(kind string, raw json.RawMessage) {
	switch kind {
	case "READY":
		var ready struct {
			User   userPart    `json:"user"`
			Guilds []guildPart `json:"guilds"`
		}
		if json.Unmarshal(raw, &ready) != nil || ready.User.ID == "" {
			return
		}
		s.a.setUser(ready.User.ID)
		for _, gone := range s.a.guilds.ready(ready.Guilds) {
			s.a.directory.forgetGuild(gone)
			s.lifecycle(bot.Address{Platform: platform, Workspace: gone}, bot.Removed, "")
		}
	case "GUILD_CREATE", "GUILD_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE":
		s.place(kind, raw)
	case "MESSAGE_CREATE":
		s.message(raw)
	case "INTERACTION_CREATE":
		in, err := decodeInteraction(raw)
		if err == nil && in.Type != isPing {
			err = s.interact(in, func(ctx context.Context, c callback) error { return s.a.api.respond(ctx, in.ID, in.Token, c) })
		}
		if err != nil {
			s.a.deps.Log.Warn("discord: an interaction was not taken in", "err", err)
		}
	}
}
