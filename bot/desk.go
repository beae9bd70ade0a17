package bot

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// formLife is how long a form may stay open on somebody's screen.
const formLife = 12 * time.Hour

// OpenForm is a form on somebody's screen, with what they have filled in on the pages before this one.
type OpenForm struct {
	Key     string // what the adapter puts on the form, to find it again
	Form    card.Form
	Actor   Actor
	Address Address // where it was opened: its answer belongs there
	Values  card.Values
	Back    json.RawMessage // what else the adapter must know to answer, one JSON value or nil
}

// Merge adds the values of a page.
func (o *OpenForm) Merge(page card.Values) {
	merged := maps.Clone(o.Values)
	if merged == nil {
		merged = card.Values{}
	}
	maps.Copy(merged, page)
	o.Values = merged
}

// Desk keeps open forms for adapters: forms of several pages, and what a submission answers. It is safe for
// concurrent use, by several replicas on one store as well.
type Desk struct {
	drafts Drafts
	claims Claims // the same drafts; nil where they do not keep what was handed in
	now    func() time.Time
}

// NewDesk returns a desk that keeps its forms in drafts. Where these are Claims, what is handed in survives the end of
// the process; see HandIn.
func NewDesk(drafts Drafts, now func() time.Time) *Desk {
	claims, _ := drafts.(Claims)
	return &Desk{drafts, claims, now}
}

// kept is the part of an open form that Draft has no place for.
type kept struct {
	Form card.Form
	Back json.RawMessage `json:",omitempty"`
}

// Open keeps a form that is about to be shown to the actor of an event, with its prefilled values.
func (d *Desk) Open(ctx context.Context, ev *Event, f card.Form, back json.RawMessage) (OpenForm, error) {
	o := OpenForm{Key: NewID(d.now()), Form: f, Actor: ev.Actor, Address: ev.Address, Back: back}
	return o, d.Save(ctx, o)
}

// Fork keeps a form under a key of its own, which it returns: another state of it, that a screen may or may not come to
// show.
func (d *Desk) Fork(ctx context.Context, o OpenForm) (OpenForm, error) {
	o.Key = NewID(d.now())
	return o, d.Save(ctx, o)
}

// Save keeps an open form in place of what is kept under its key.
func (d *Desk) Save(ctx context.Context, o OpenForm) error {
	row, err := d.draft(o)
	if err != nil {
		return err
	}
	return d.drafts.Save(ctx, row)
}

// draft is an open form as it is kept: without secrets.
func (d *Desk) draft(o OpenForm) (Draft, error) {
	data, err := json.Marshal(kept{o.Form, o.Back})
	if err != nil {
		return Draft{}, fault.Wrap(fault.Internal, err, "keep form %s", o.Form.ID)
	}
	values := maps.Clone(o.Values)
	for f := range o.Form.All() {
		if f.Kind == card.FieldSecret {
			delete(values, f.Name)
		}
	}
	return Draft{
		ID: o.Key, Form: o.Form.ID, Actor: o.Actor, Address: o.Address, Values: values, Data: data, Expires: d.now().Add(formLife),
	}, nil
}

// Load returns an open form of an actor. One that is not there, or is somebody else's, is an error of kind NotFound
// with a sentence.
func (d *Desk) Load(ctx context.Context, key string, by Actor) (OpenForm, error) {
	row, err := d.drafts.Load(ctx, key, d.now())
	return opened(row, by, err)
}

// Take is Load, and closes the form: of two submissions of one form, the second gets NotFound. A form whose
// submission is refused is put back by Save.
func (d *Desk) Take(ctx context.Context, key string, by Actor) (OpenForm, error) {
	if _, err := d.Load(ctx, key, by); err != nil { // somebody else's stays where it is
		return OpenForm{}, err
	}
	row, err := d.drafts.Take(ctx, key, d.now())
	return opened(row, by, err)
}

func opened(row Draft, by Actor, err error) (OpenForm, error) {
	if fault.Is(err, fault.NotFound) || err == nil && row.Actor.Key() != by.Key() {
		return OpenForm{}, fault.New(fault.NotFound, "no such form is open").Say(string(lang.BotFormGone), nil)
	}
	if err != nil {
		return OpenForm{}, err
	}
	var k kept
	if err := json.Unmarshal(row.Data, &k); err != nil {
		return OpenForm{}, fault.Wrap(fault.Internal, err, "read form %s", row.ID)
	}
	return OpenForm{Key: row.ID, Form: k.Form, Actor: row.Actor, Address: row.Address, Values: row.Values, Back: slices.Clip(k.Back)}, nil
}
