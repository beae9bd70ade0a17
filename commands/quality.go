package commands

import (
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Quality reports on the data that a view shows, with the connected schedules; only on what the given owners are to
// mend where there are any. Without owners it looks at every entity and is too slow for every question.
func (c *Commands) Quality(ctx context.Context, view search.View, owners ...catalog.Ref) *quality.Report {
	o := quality.Options{Owners: owners}
	if len(owners) > 0 {
		o.FileOwners = func() map[string]catalog.Ref { return c.fileOwners(view) }
	}
	if _, none := c.cap.OnCall.(plugins.None); !none {
		now, duty := c.deps.Now(), onCallFor(c.cap.OnCall, view)
		o.OnCall = func(services []string, groups []catalog.Ref) bool {
			shifts, err := duty.Shifts(ctx, plugins.OnCallQuery{At: now, Services: services, Groups: groups})
			return err == nil && len(shifts) > 0
		}
	}
	return quality.Check(view, o)
}

// ownedFiles are the owners of files that have problems, as an audience may know them.
type ownedFiles struct {
	audience search.Audience
	owners   map[string]catalog.Ref
}

// fileOwners is quality.FileOwners, kept for the last audience that asked: to find it out looks at every entity.
func (c *Commands) fileOwners(view search.View) map[string]catalog.Ref {
	audience, ok := search.AudienceOf(view)
	if kept := c.filed.Load(); ok && kept != nil && kept.audience == audience {
		return kept.owners
	}
	kept := &ownedFiles{audience, quality.FileOwners(view)}
	if ok {
		c.filed.Store(kept)
	}
	return kept.owners
}
