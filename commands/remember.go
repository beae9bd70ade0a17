package commands

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of the readings that are remembered: how many in each half, and how long a text may be.
const (
	rememberedHalf = 2048
	rememberedText = 200 // bytes
)

// readings remembers what short questions mean, in two halves: when the newer one is full it becomes the older one,
// whose readings are forgotten unless they are asked for again. Only what was read from the question alone is kept,
// and only as everybody reads it: what a viewer may not see is left out of readings.
type readings struct {
	mu       sync.Mutex
	new, old map[questionKey]understand.Reading
}

type questionKey struct {
	text string
	lang lang.Lang
	sees string // the key of what may be seen; "" is everything
}

// keyOf returns the key of a question whose reading may be remembered.
func keyOf(q *Question) (questionKey, bool) {
	if len(q.Text) > rememberedText || q.Viewer.Actor != "" || len(q.Viewer.Principals) > 0 || q.Explain || choosing(q) {
		return questionKey{}, false
	}
	return questionKey{q.Text, q.Lang, sightOf(q.Viewer)}, true
}

// choosing reports whether the last answer offered a choice, which any message may settle.
func choosing(q *Question) bool {
	if n := len(q.memory); n > 0 {
		return len(q.memory[n-1].Candidates) > 0 || q.memory[n-1].Intent == ""
	}
	n := len(q.Thread)
	return n > 0 && (len(q.Thread[n-1].Candidates) > 0 || q.Thread[n-1].Intent == "")
}

func (m *readings) get(k questionKey) (understand.Reading, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.new[k]
	if !ok {
		if r, ok = m.old[k]; ok {
			m.keep(k, r)
		}
	}
	r.Entities = slices.Clone(r.Entities)
	return r, ok
}

func (m *readings) put(k questionKey, r understand.Reading) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Entities = slices.Clone(r.Entities)
	m.keep(k, r)
}

func (m *readings) keep(k questionKey, r understand.Reading) {
	if m.new == nil || len(m.new) >= rememberedHalf {
		m.old, m.new = m.new, make(map[questionKey]understand.Reading, rememberedHalf)
	}
	m.new[k] = r
}

// answers are those given in the last seconds at the present generation: when something breaks, many people ask the
// same at once. Messages are values that nobody changes, so they are shared.
type answers struct {
	mu         sync.Mutex
	generation catalog.Generation
	given      map[answerKey]answered
}

// How long an answer is given again: one about the present moment, and one about what the catalog says, whose changes
// end it at once.
const (
	momentLives = time.Second
	answerLives = 5 * time.Second
)

type answerKey struct {
	questionKey
	full, private, said bool
	zone                *time.Location
	at                  bot.Address // where that makes a difference
}

// answerKeys are the keys under which an answer to a question may be kept: wherever it is asked, or only here; common is
// false for one whose answer is not.
func answerKeys(q *Question) (as, here answerKey, common bool) {
	key, common := keyOf(q)
	as = answerKey{questionKey: key, full: q.Full, private: q.Private, said: q.said, zone: q.Zone}
	here = as
	here.at = q.at.Place()
	return as, here, common
}

type answered struct {
	answer  bot.Answer
	message card.Message
	reading understand.Reading // what the question was understood to mean; it must not be changed
	at      time.Time
}

// given is the answer as it was given first.
func (a *answered) given() given {
	return given{answer: a.answer, message: a.message, reading: a.reading}
}

// lives is how long the answer may be given again.
func (a *answered) lives() time.Duration {
	switch understand.Intent(a.answer.Intent) {
	case understand.Owner, understand.API, understand.Dependents, understand.Dependencies, understand.OwnedBy, understand.Members, understand.Lifecycle:
		return answerLives
	}
	return momentLives
}

// get returns the answer under the first key that has one.
func (m *answers) get(g catalog.Generation, now time.Time, keys ...answerKey) (answered, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != g {
		return answered{}, false
	}
	for i := range keys {
		a, ok := m.given[keys[i]]
		if age := now.Sub(a.at); ok && age >= 0 && age < a.lives() {
			return a, true
		}
	}
	return answered{}, false
}

func (m *answers) put(g catalog.Generation, now time.Time, k answerKey, a answered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.given == nil || m.generation != g || len(m.given) >= rememberedHalf {
		m.generation, m.given = g, make(map[answerKey]answered)
	}
	a.at, a.message.Kept = now, new(card.Kept)
	m.given[k] = a
}

// forget has everything answered anew: somebody said something about an answer.
func (m *answers) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.given = nil
}

// heard is a Feedback after which questions are answered anew: a disputed fact is called so at once.
type heard struct {
	Feedback
	answers *answers
}

// Put implements Feedback.
func (h heard) Put(ctx context.Context, f bot.Feedback) (bool, error) {
	defer h.answers.forget()
	return h.Feedback.Put(ctx, f)
}

// Close implements Feedback.
func (h heard) Close(ctx context.Context, f bot.Feedback) (bool, error) {
	defer h.answers.forget()
	return h.Feedback.Close(ctx, f)
}
