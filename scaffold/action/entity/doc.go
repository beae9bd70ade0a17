// Package entity holds the actions that have to do with the catalog and with people: catalog:register, catalog:write,
// catalog:fetch and notification:send. What they reach is handed to them as interfaces.
package entity

import (
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Catalog is what steps can do with the catalog.
type Catalog interface {
	// Entity returns an entity as descriptors write it, if there is one that the asker may see.
	Entity(ctx context.Context, asker scaffold.Asker, ref catalog.Ref) (template.Value, bool, error)
	// Register adds the address of a descriptor to the catalog and reads it. An address that is registered already is
	// read again.
	Register(ctx context.Context, asker scaffold.Asker, address string) (Registered, error)
}

// Registered is what came of registering an address.
type Registered struct {
	Location string        // the address as the catalog knows it
	Entities []catalog.Ref // that the descriptor holds, in its order
	Already  bool          // it was registered before
}

// Notifier tells people in their chats.
type Notifier interface {
	// Notify sends a notification. One that is sent again under the same key arrives once.
	Notify(ctx context.Context, n Notification) error
}

// Notification is what somebody is told.
type Notification struct {
	Key       string        // of the call that sends it
	Broadcast bool          // to everybody, in the place that is configured for it
	To        []catalog.Ref // users and groups
	Title     string
	Info      string
	Link      string // a web address, or a path of the portal
	Severity  string // low, normal, high or critical
	Scope     string // notifications of the same scope replace each other
	From      scaffold.Asker
	Template  catalog.Ref
}

// Options set the actions up.
type Options struct {
	Catalog  Catalog  // nil: steps that need it fail
	Notifier Notifier // nil: notifications are planned and cannot be sent
}

// Actions are all actions of the package.
func Actions(o Options) []scaffold.Action {
	return []scaffold.Action{register{o.Catalog}, write(), fetch(o.Catalog), notify{o.Notifier}}
}
