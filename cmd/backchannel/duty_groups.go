package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// groupsEvery is how often it is looked whether groups of people are in step with who is on call.
const groupsEvery = time.Minute

// chats are the platforms on which groups can be kept in step; a service sets them before anything runs.
type chats map[string]bot.MemberGroups

// keepGroups puts those who are on call into the groups of the configuration, and takes everybody else out. A group
// for which nobody is on call, or nobody who has an account, stays as it is.
func (d *duty) keepGroups(ctx context.Context) error {
	var all error
	for _, g := range d.app.cfg.Plugins.OnCall.Groups {
		if err := d.keepGroup(ctx, g); err != nil {
			all = errors.Join(all, fault.Wrap(fault.KindOf(err), err, "group %s", g.Group))
		}
	}
	return all
}

func (d *duty) keepGroup(ctx context.Context, g config.DutyGroup) error {
	platform, rest, _ := strings.Cut(g.Group, ":")
	workspace, id, _ := strings.Cut(rest, "/")
	chat := d.chats[platform]
	if chat == nil {
		return fault.New(fault.Invalid, "nothing keeps groups on %q here", platform)
	}
	shifts, err := d.app.plugins.OnCall.Shifts(ctx, d.queryOf(g.For))
	if err != nil {
		return err
	}
	var want []string
	for _, s := range shifts {
		if s.Gap() || levelOf(s) != max(g.Level, 1) {
			continue
		}
		account, err := d.account(ctx, chat, platform, workspace, s.Person)
		if fault.Is(err, fault.NotFound) {
			d.app.log.Warn("somebody on call has no account to be put into a group", "group", g.Group, "person", s.Person.String())
			continue
		}
		if err != nil {
			return err
		}
		if !slices.Contains(want, account) {
			want = append(want, account)
		}
	}
	if len(want) == 0 {
		return nil
	}
	have, err := chat.Members(ctx, workspace, id)
	if err != nil {
		return err
	}
	slices.Sort(want)
	slices.Sort(have)
	if slices.Equal(want, have) {
		return nil
	}
	if err := chat.SetMembers(ctx, workspace, id, want); err != nil {
		return err
	}
	d.app.log.Info("a group is in step with who is on call again", "group", g.Group, "members", len(want))
	return nil
}

// levelOf is the level of escalation of a shift.
func levelOf(s plugins.Shift) int {
	switch {
	case s.Level > 0:
		return s.Level
	case s.Secondary:
		return 2
	}
	return 1
}

// queryOf asks who is on call for what a reference names.
func (d *duty) queryOf(name string) plugins.OnCallQuery {
	var q plugins.OnCallQuery
	ref, err := catalog.ParseRef(name, "group", "")
	if err != nil {
		return q
	}
	view := d.app.view(catalog.Viewer{})
	e, ok := view.Entity(ref)
	if !ok || ref.Kind == "group" {
		q.Groups = []catalog.Ref{ref}
	} else {
		q.Groups = []catalog.Ref{e.Owner}
	}
	if ok {
		if id := e.Annotation(plugins.PagerDutyService); id != "" {
			q.Services = []string{id}
		}
		if key := e.Annotation(plugins.PagerDutyKey); key != "" {
			q.Keys = []string{key}
		}
	}
	return q
}

// account is a person's id on a platform: as their User says, else by their e-mail address.
func (d *duty) account(ctx context.Context, chat bot.MemberGroups, platform, workspace string, person catalog.Ref) (string, error) {
	e, ok := d.app.view(catalog.Viewer{}).Entity(person)
	email := ""
	if ok {
		for _, key := range accountAnnotations()[platform] {
			id := strings.TrimSpace(e.Annotation(key))
			if id = strings.TrimPrefix(id, workspace+"/"); strings.HasPrefix(id, "U") || strings.HasPrefix(id, "W") {
				return id, nil
			}
		}
		email = e.Profile.Email
	}
	if email == "" {
		return "", fault.New(fault.NotFound, "%s has no e-mail address in the catalog", person)
	}
	return chat.FindMember(ctx, workspace, email)
}
