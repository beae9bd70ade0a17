package bot

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// A submission is acknowledged to its platform before what it asks for is done, and a platform repeats nothing that was
// acknowledged. So the form stays on the desk as handed in until it is Done, and what a process left behind when it
// ended another one does instead.

// The bounds of what was handed in.
const (
	abandonedAfter = 5 * time.Minute // longer than any handler works, so that nobody is at it any more
	abandonedBatch = 100
)

// HandIn closes a form, as Take does, and keeps it as it is now until it is Done. Of two submissions of one form, the
// second gets NotFound. A form whose submission is refused is put back by Save.
func (d *Desk) HandIn(ctx context.Context, o OpenForm) error {
	if d.claims == nil {
		_, err := d.Take(ctx, o.Key, o.Actor)
		return err
	}
	row, err := d.draft(o)
	if err != nil {
		return err
	}
	_, err = opened(row, o.Actor, d.claims.Claim(ctx, row, d.now()))
	return err
}

// Done forgets a form that was handed in: what it asks for is done, or was refused in words.
func (d *Desk) Done(ctx context.Context, key string) error {
	if d.claims == nil {
		return nil
	}
	return d.claims.Drop(ctx, key)
}

// Pending reports whether a form is handed in and not Done yet: it is open for nobody, and may be again.
func (d *Desk) Pending(ctx context.Context, key string) (bool, error) {
	if d.claims == nil {
		return false, nil
	}
	return d.claims.Pending(ctx, key)
}

// Abandoned takes over the forms of a platform that were handed in to a process that has ended since, before what they
// ask for was done.
func (d *Desk) Abandoned(ctx context.Context, platform string) ([]OpenForm, error) {
	if d.claims == nil {
		return nil, nil
	}
	before := d.now().Add(-abandonedAfter)
	all, err := d.claims.Claimed(ctx, before, abandonedBatch)
	if err != nil {
		return nil, err
	}
	var out []OpenForm
	for _, row := range all {
		if row.Address.Platform != platform {
			continue
		}
		row, err := d.claims.Reclaim(ctx, row.ID, before, d.now())
		if fault.Is(err, fault.NotFound) {
			continue // another replica does it
		}
		if err != nil {
			return out, err
		}
		o, err := opened(row, row.Actor, nil)
		if err != nil {
			return out, err
		}
		out = append(out, o)
	}
	return out, nil
}
