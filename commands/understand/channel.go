package understand

import (
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// maxAbout bounds how much of a channel's topic is read, in bytes.
const maxAbout = 500

// trouble is what the names of channels begin with that are about something that goes wrong.
var trouble = regexp.MustCompile(`(?i)^#?(?:inc|incident|incidents|sev\d?|p[0-2]|outage|war-?room|major|alert|事故|故障|告警)(?:$|[-_\d.])`)

// Troubled reports whether a channel of that name is about something that goes wrong.
func Troubled(channel string) bool { return trouble.MatchString(channel) }

// fromChannel finds what the channel is about: what it is bound to, what its name says, what its topic says.
func (r *run) fromChannel() outcome {
	if !r.q.Bound.IsZero() && r.visible(r.q.Bound) {
		r.out.Via = ViaBinding
		return outcome{refs: []catalog.Ref{r.q.Bound}}
	}
	if o := r.fromName(strings.TrimPrefix(strings.TrimSpace(r.q.Channel), "#")); !o.empty() {
		r.out.Via = ViaName
		r.why("channel %s", r.q.Channel)
		return o
	}
	about := r.q.About[:min(len(r.q.About), maxAbout)]
	if o := r.fromTopic(strings.ToValidUTF8(about, "")); !o.empty() {
		r.out.Via = ViaTopic
		r.why("topic of channel %s", r.q.Channel)
		return o
	}
	return outcome{}
}

// fromName resolves the name of the channel.
func (r *run) fromName(name string) outcome {
	if name == "" {
		return outcome{}
	}
	ts := tokenise(clean(spaced(name), r.u.lex.simplify).text)
	team := len(ts) > 0 && (ts[0].norm == "team" || ts[0].norm == "squad" || ts[0].norm == "grp")
	var best mention
	for i := range ts {
		m, ok := r.x.longest(ts, i)
		if !ok || m.to-m.from < best.to-best.from || m.strength < best.strength {
			continue
		}
		m.keys = keep(m.keys, func(k keyRef) bool {
			return (r.x.ref(k.ent).Kind == "group") == team && r.x.ref(k.ent).Kind != "user"
		})
		if len(m.keys) > 0 && (m.to-m.from > best.to-best.from || m.strength > best.strength) {
			best = m
		}
	}
	if len(best.keys) == 0 || team && !kindFits(r.intent, "group") {
		return outcome{}
	}
	best.keys = r.fitting(&best)
	return r.resolve(&best)
}

// fromTopic resolves what the topic of the channel names for sure. It is a sentence about anything: of several things
// none is meant more than the others, and it asks back.
func (r *run) fromTopic(about string) outcome {
	if about == "" {
		return outcome{}
	}
	ts := tokenise(clean(about, r.u.lex.simplify).text)
	var o outcome
	for i := 0; i < len(ts); i++ {
		m, ok := r.x.longest(ts, i)
		if !ok || m.strength < strong {
			continue
		}
		m.keys = keep(m.keys, func(k keyRef) bool {
			kind := r.x.ref(k.ent).Kind
			return kind != "user" && kind != "group" && kind != "template" && kind != "location"
		})
		if len(m.keys) == 0 {
			continue
		}
		m.keys = r.fitting(&m)
		got := r.resolve(&m)
		for _, ref := range append(got.refs, got.choices...) {
			if !slices.Contains(o.choices, ref) {
				o.choices = append(o.choices, ref)
			}
		}
		i = max(i, m.to-1)
	}
	if len(o.choices) == 1 {
		return outcome{refs: o.choices}
	}
	o.choices = o.choices[:min(len(o.choices), maxChoices)]
	return o
}
