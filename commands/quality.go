package commands

import (
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Quality reports on the data that a view shows, with the connected schedules; only on what the given owners are to
// mend where there are any. It looks at every entity and is too slow for every question.
func (c *Commands) Quality(ctx context.Context, view search.View, owners ...catalog.Ref) *quality.Report {
	o := quality.Options{Owners: owners}
	if _, none := c.cap.OnCall.(plugins.None); !none {
		now, duty := c.deps.Now(), onCallFor(c.cap.OnCall, view)
		o.OnCall = func(services []string, groups []catalog.Ref) bool {
			shifts, err := duty.Shifts(ctx, plugins.OnCallQuery{At: now, Services: services, Groups: groups})
			return err == nil && len(shifts) > 0
		}
	}
	return quality.Check(view, o)
}
