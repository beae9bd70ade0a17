// Package bot is the conversation: events in, replies out, whatever the platform. An adapter verifies and decodes a
// delivery into an Event, the Mux finds out who asks, whether they may and which command is meant, a handler returns
// a Reply as a value, and the adapter renders and sends it. No handler holds a platform client or knows a deadline.
package bot

import (
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Address is a place where something can be said. Two addresses are the same conversation when all parts are equal.
type Address struct {
	Platform  string // for example "terminal"
	Workspace string // the platform's tenant
	Channel   string // the platform's channel id; a direct message is a channel too
	Thread    string // the platform's thread id, "" outside of threads
}

// Key renders the address as one string, unique across platforms.
func (a Address) Key() string {
	return a.Platform + ":" + a.Workspace + ":" + a.Channel + ":" + a.Thread
}

// Actor is who did something. ID is the platform's and means nothing outside of Platform and Workspace.
type Actor struct {
	Platform  string
	Workspace string
	ID        string
	Name      string // what the platform calls them; for logs and addresses, never for permissions
}

// Key renders the actor as one opaque string, unique across platforms.
func (a Actor) Key() string { return a.Platform + ":" + a.Workspace + ":" + a.ID }

// Direct is the address of a direct message to the actor. A Poster knows it by the @ before the channel: the
// conversation need not have begun.
func (a Actor) Direct() Address {
	return Address{Platform: a.Platform, Workspace: a.Workspace, Channel: DirectTo + a.ID}
}

// Channel describes the channel of an event as far as the platform said.
type Channel struct {
	Name   string // without a leading #; "" when not known
	Direct bool   // a conversation with one person
	Shared bool   // people of other organisations are in it, as far as the platform said
	Topic  string // what the channel says it is about, "" when not known; an adapter that has it at hand fills it in

	// Of platforms on which a thread is a channel of its own: the id and name of the channel that it belongs to. What
	// holds of that channel (rules, bindings) holds in the thread. "" for what is no such thread.
	Parent, ParentName string
}

// Event is one thing that happened, decoded and verified.
type Event struct {
	ID      string    // unique across platforms, for example "terminal:local:17"; equal ids are the same happening
	Time    time.Time // when the platform says it happened
	Address Address
	Actor   Actor
	Channel Channel
	Locale  lang.Lang      // language of the interface; the language of the question is found by reading it
	Zone    *time.Location // the actor's time zone; nil when not known
	Input   Input
	Full    bool // the surface shows long lists whole; elsewhere they are cut, with a way to the rest
	Forms   bool // the surface can open a form in answer to this event

	// Decision is what the Guard decided about the event, for the audit. The Mux fills it in.
	Decision string

	// Memory is what was said in this conversation before, oldest first. The Mux fills it in.
	Memory []Turn
}
