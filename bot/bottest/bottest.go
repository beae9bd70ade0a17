// Package bottest is the conformance suite of bot.Platform. An adapter's tests give it a Driver, which plays the
// platform's users against a stand-in of the platform; the suite checks what every platform owes a handler and a
// user: events arrive once and in order, replies land where they belong, work ends in its answer, buttons come back.
package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// Way is how a user reaches the bot.
type Way string

// The ways to reach a bot.
const (
	Slash   Way = "slash"   // a slash command; the answer is for the asker alone where the platform can whisper
	Mention Way = "mention" // in a channel
	Direct  Way = "direct"  // in a direct message
)

// Shown is a message as users see it.
type Shown struct {
	ID      string   // the platform's, for Press
	Text    string   // everything readable in it, in order
	Private bool     // only the asker sees it
	Buttons []string // labels
}

// Driver plays the users of one platform. Its methods fail the test themselves when the stand-in refuses something.
type Driver interface {
	// Run runs the platform with the handler until ctx is done.
	Run(ctx context.Context, h bot.Handler) error
	// Ask delivers a text from a user in a channel. Equal ids are repeated deliveries of one event.
	Ask(way Way, id, user, channel, text string)
	// Press presses the button with the given label on a message, as user. Equal ids are repeated deliveries.
	Press(id, user, channel string, on Shown, label string)
	// Shown returns the messages that user sees in the channel now, oldest first, as edited since.
	Shown(user, channel string) []Shown
}

// Options tell the suite what a platform has.
type Options struct {
	Ways     []Way
	Whispers bool // can show a message to one person
	Repeats  bool // the platform repeats deliveries
}

// wait bounds every wait of the suite.
const wait = 10 * time.Second

// Test runs the suite. newDriver is called for every case, with a maker of tokens whose intents the suite opens.
func Test(t *testing.T, o Options, newDriver func(t *testing.T, tokens bot.TokenMaker) Driver) {
	cases := []struct {
		name string
		run  func(*bench)
	}{
		{"an answer reaches its asker", (*bench).answers},
		{"a whisper is private", (*bench).whispers},
		{"nothing shows nothing", (*bench).nothing},
		{"a repeated delivery is handled once", (*bench).repeats},
		{"one conversation is handled in order", (*bench).order},
		{"work shows its note, then its answer", (*bench).works},
		{"a slow handler is still answered", (*bench).slow},
		{"a pressed button comes back as its intent", (*bench).presses},
		{"an update replaces the message", (*bench).updates},
		{"a shared message reaches the channel", (*bench).shares},
		{"hostile text stays text", (*bench).hostile},
		{"a long answer arrives whole", (*bench).long},
		{"a form is refused, mended and sent once", (*bench).forms},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{T: t, Options: o, tokens: bot.NewTokens([][]byte{[]byte("bottest")}, time.Hour, time.Now)}
			b.driver = newDriver(t, b.tokens)
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan error, 1)
			go func() { done <- b.driver.Run(ctx, b) }()
			defer func() {
				stop()
				select {
				case err := <-done:
					if err != nil {
						t.Errorf("Run ended with %v", err)
					}
				case <-time.After(wait):
					t.Error("Run did not end when its context did")
				}
			}()
			c.run(b)
		})
	}
}

// bench is one running platform with a handler that each case sets.
type bench struct {
	*testing.T
	Options
	driver Driver
	tokens *bot.Tokens

	mu     sync.Mutex
	answer bot.HandlerFunc
	events []*bot.Event
}

// Handle implements bot.Handler: it records the event and gives it to the case's handler.
func (b *bench) Handle(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	if p, ok := ev.Input.(bot.Pressed); ok {
		i, err := b.tokens.Open(p.Token, ev.Actor)
		if err != nil {
			b.Errorf("the token of a pressed button: %v", err)
		}
		p.Intent = i
		ev.Input = p
	}
	b.mu.Lock()
	b.events = append(b.events, ev)
	answer := b.answer
	b.mu.Unlock()
	if answer == nil {
		return bot.Nothing{}, nil
	}
	return answer(ctx, ev)
}

func (b *bench) set(h bot.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = h
}

func (b *bench) seen() []*bot.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

// until waits for a condition.
func (b *bench) until(what string, ok func() bool) {
	b.Helper()
	for end := time.Now().Add(wait); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("waited in vain for %s", what)
		}
	}
}

// shows waits until user sees a message with the text in the channel, and returns it.
func (b *bench) shows(user, channel, text string) Shown {
	b.Helper()
	var found Shown
	b.until(fmt.Sprintf("%s to see %q in %s", user, text, channel), func() bool {
		for _, s := range b.driver.Shown(user, channel) {
			if strings.Contains(s.Text, text) {
				found = s
				return true
			}
		}
		return false
	})
	return found
}

// sees reports whether user sees the text in the channel now.
func (b *bench) sees(user, channel, text string) bool {
	return slices.ContainsFunc(b.driver.Shown(user, channel), func(s Shown) bool { return strings.Contains(s.Text, text) })
}

// message is a message of one line.
func message(text string, buttons ...card.Action) card.Message {
	m := card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(text)}}}}
	if len(buttons) > 0 {
		m.Blocks = append(m.Blocks, card.Actions{Items: buttons})
	}
	return m
}

// asked is the text a user typed.
func asked(ev *bot.Event) string {
	switch in := ev.Input.(type) {
	case bot.Said:
		return in.Text
	case bot.Invoked:
		return in.Args
	default:
		return ""
	}
}
