package main

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// place reads --in.
func (e *explainer) place() error {
	if e.c.In == "" {
		return nil
	}
	w, err := access.ParseWhere(e.c.In)
	if err != nil {
		return err
	}
	e.at = access.Place{Platform: w.Platform, Workspace: w.Workspace, Channel: w.Channel, Direct: w.Direct}
	if w.ByName {
		e.at.Channel, e.at.Name = "", w.Channel
	}
	return nil
}

// person reads --as.
func (e *explainer) person() error {
	e.who = access.Person{Audience: e.c.Audience, Guest: e.c.Guest}
	if name, ok := strings.CutPrefix(e.c.As, "audience:"); ok {
		e.who.Audience = name
		return e.known(name)
	}
	about, err := parseSubject(e.c.As)
	if err != nil {
		return err
	}
	user := about.user
	if a := about.actor; a.ID != "" {
		if e.who.Audience == "" {
			of, _ := e.policy.AudienceOf(a.Platform, a.Workspace)
			e.who.Audience = of.Name
		}
		if e.c.In == "" {
			e.at.Platform, e.at.Workspace = a.Platform, a.Workspace
		}
		user = e.named(a)
	} else if _, ok := e.view.Entity(user); !ok {
		return fault.New(fault.NotFound, "%s is not in the catalog", user)
	}
	if e.who.Audience == "" && about.actor.ID == "" {
		e.who.Audience = access.Staff
		if e.at.Platform != "" {
			of, _ := e.policy.AudienceOf(e.at.Platform, e.at.Workspace)
			e.who.Audience = of.Name
		}
	}
	people := access.NewPeople(e.view, func(func(*catalog.Entity) bool) {}, nil)
	if !user.IsZero() {
		e.who.User, e.who.Principals = user, people.Principals(user)
	}
	if of, ok := e.policy.Audience(e.who.Audience); ok && of.Guests == access.GuestsMembers {
		e.who.Guest = false
	}
	return e.known(e.c.Audience)
}

// known refuses an audience that nobody defined.
func (e *explainer) known(audience string) error {
	if _, ok := e.policy.Audience(audience); !ok && audience != "" {
		return fault.New(fault.NotFound, "the configuration has no audience %q", audience)
	}
	return nil
}

// named is the User whose annotation names an account. Links and e-mail addresses are known to serve alone.
func (e *explainer) named(a bot.Actor) catalog.Ref {
	var annotations []string
	for _, list := range accountAnnotations() {
		annotations = append(annotations, list...)
	}
	people := access.NewPeople(e.view, e.view.Entities(search.Filter{Kinds: []string{"user"}}), annotations)
	ref, _ := people.ByAnnotation(accountAnnotations()[a.Platform], []string{a.Workspace + "/" + a.ID, a.ID})
	return ref
}
