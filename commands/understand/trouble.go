package understand

import "slices"

// troubleTold is whose documentation tells of what is described, where somebody is looked for who knows about it: "there
// are stripes in the picture, who do I tell". Only a page that clearly is about that counts, and only of one thing.
func (r *run) troubleTold() outcome {
	const least = 2
	if r.intent != Owner && r.intent != OnCall || r.namesUnknown() || r.strangers() {
		return outcome{}
	}
	us, words := r.content(nil), 0 // without the words that look for somebody: a page on being on call tells of no trouble
	for _, u := range r.tellingUnits(us) {
		words += max(1, len(u.nested))
	}
	if words < least || !r.sections(us, nil, docSure) {
		r.out.Docs = nil
		return outcome{}
	}
	o := r.sectionOwners()
	r.out.Docs = nil
	if len(o.refs) != 1 || o.refs[0].Kind != "component" {
		return outcome{}
	}
	return o
}

// askedBehind is what the last part of a message describes, where everyday words that are names as well stand only in the
// story before it: "we are throttled at the edge, whose limiter is it" is about the limiter.
func (r *run) askedBehind(named []mention) outcome {
	if len(named) == 0 || r.hit == nil || r.intent != Owner && r.intent != OnCall {
		return outcome{}
	}
	from := 0
	for i := 0; i < len(r.m.toks)-1; i++ {
		if endsClause(&r.m.toks[i]) {
			from = i + 1
		}
	}
	if slices.ContainsFunc(named, func(n mention) bool { return n.strength == strong || n.from >= from }) || !slices.Contains(r.hit[from:], true) {
		return outcome{}
	}
	part := slices.DeleteFunc(r.content(nil), func(u unit) bool { return u.from < from })
	if !telling(part) {
		return outcome{}
	}
	return r.found(part)
}
