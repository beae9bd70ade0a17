package understand

import "strings"

// The intents of a company's own plugins are none of the built-in ones: they begin with one of these. A question of a
// fleet intent is about no entity.
const (
	ownIntent   = "plugin:"
	fleetIntent = "plugin*:"
)

// Own is the intent of questions that a plugin answers about an entity.
func Own(name string) Intent { return Intent(ownIntent + name) }

// OwnFleet is the same for questions about everything.
func OwnFleet(in Intent) Intent {
	name, _ := OwnName(in)
	return Intent(fleetIntent + name)
}

// OwnName returns the name that an intent was made of; false for a built-in one.
func OwnName(in Intent) (name string, ok bool) {
	if name, ok = strings.CutPrefix(string(in), ownIntent); ok {
		return name, true
	}
	return strings.CutPrefix(string(in), fleetIntent)
}

func (in Intent) fleet() bool { return strings.HasPrefix(string(in), fleetIntent) }

// CheckPattern returns what is wrong with the pattern of a phrase, as an error of kind Invalid.
func CheckPattern(pattern string) error {
	_, err := compile(pattern)
	return err
}

// ownBest returns the intent of a plugin that phrases speak for more strongly than top, else in. Of equals it is the
// first by name, whatever the order of the map.
func (m *message) ownBest(in Intent, top float64) (Intent, float64) {
	var best Intent
	most := 0.0
	for i, s := range m.scores {
		if _, own := OwnName(i); own && (s > most || s == most && i < best) {
			best, most = i, s
		}
	}
	if most > top+1e-9 {
		return best, most
	}
	return in, top
}

// ownQuestion settles a question that a plugin answers.
func (r *run) ownQuestion() bool {
	if _, own := OwnName(r.intent); !own {
		return false
	}
	if r.intent.fleet() {
		r.finish(r.intent)
	} else {
		r.about()
	}
	return true
}
