package bot

import (
	"maps"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// Open shows a form: in answer to Invoked or Pressed where Event.Forms says that it can be, to Changed in the place of
// the form, to Submitted as the next one.
type Open struct{ Form card.Form }

// Invalid refuses a Submitted, which the actor mends and submits again.
type Invalid struct {
	Fields map[string]string // what would be right, by the field's name; "" is about the form as a whole
}

// Suggest answers Asked, best first. Adapters show as many as the platform takes.
type Suggest struct{ Options []card.FormOption }

// Surface answers Opened: the whole of what the surface shows now.
type Surface struct{ Message card.Message }

// Preview answers Linked: what to show below an address. Addresses without one stay as they are.
type Preview struct{ Messages map[string]card.Message } // by address, as Linked has it

func (Open) reply()    {}
func (Invalid) reply() {}
func (Suggest) reply() {}
func (Surface) reply() {}
func (Preview) reply() {}

// Lines are the sentences of an Invalid where there is no form to show them in, each with its field's label, in the
// order of the form.
func (i Invalid) Lines(f card.Form) []string {
	rest := maps.Clone(i.Fields)
	var out []string
	if s := rest[""]; s != "" {
		out = append(out, s)
	}
	delete(rest, "")
	var lines func(fields []card.FormField, of string)
	lines = func(fields []card.FormField, of string) {
		for _, q := range fields {
			if s, ok := rest[q.Name]; ok {
				out = append(out, of+q.Label+": "+s)
				delete(rest, q.Name)
			}
			if q.Rows == nil {
				continue
			}
			for n, r := range q.Rows.Rows {
				lines(r.Fields, of+q.Label+" "+strconv.Itoa(n+1)+", ")
			}
		}
	}
	lines(f.Fields, "")
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		out = append(out, name+": "+rest[name])
	}
	return out
}
