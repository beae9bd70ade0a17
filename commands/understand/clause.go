package understand

import "slices"

// A message may tell a story before it asks. The parts of it are looked at alone where the whole leads nowhere.

// asking are the units of the sentence that asks, where a message has several: what is told before is how it came
// about. Nothing where that is all there is.
func (r *run) asking(us []unit) []unit {
	for from, i := 0, 0; i < len(r.m.toks); i++ {
		if i+1 < len(r.m.toks) && !endsClause(&r.m.toks[i]) {
			continue
		}
		if slices.Contains(r.hit[from:i+1], true) {
			part := slices.DeleteFunc(slices.Clone(us), func(u unit) bool { return u.from < from || u.to > i+1 })
			if len(part) < len(us) && telling(part) && !slices.ContainsFunc(r.m.toks[from:i+1], pronoun) {
				return part
			}
			return nil
		}
		from = i + 1
	}
	return nil
}

// question are the units of the last sentence, where it asks and others stand before it.
func (r *run) question(us []unit) []unit {
	from := 0
	for i := 0; i < len(r.m.toks)-1; i++ {
		if endsClause(&r.m.toks[i]) {
			from = i + 1
		}
	}
	part := slices.DeleteFunc(slices.Clone(us), func(u unit) bool { return u.from < from })
	if from == 0 || len(part) == len(us) || !telling(part) || slices.ContainsFunc(r.m.toks[from:], pronoun) {
		return nil
	}
	return part
}

// secondQuestion is where a second question about the same begins: "is there an api for refunds and who calls it".
func (r *run) secondQuestion() int {
	for i := 2; i+2 < len(r.m.toks); i++ {
		if r.m.toks[i].norm == "and" && questionWord(r.m.toks[i+1].norm) && slices.ContainsFunc(r.m.toks[i+2:], pronoun) &&
			!slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.from > i && n.strength == strong }) {
			return i
		}
	}
	return 0
}

// pronoun reports whether a token stands for what was said before.
func pronoun(t token) bool {
	switch t.norm {
	case "it", "its", "that", "this", "them", "they", "those", "these", "它", "这":
		return true
	}
	return false
}

// endsClause reports whether a sentence, or a part of one, ends with a token.
func endsClause(t *token) bool {
	if t.class != punct {
		return false
	}
	switch t.norm {
	case ",", ".", "!", "?", ";", "\n", ":":
		return true
	}
	return false
}
