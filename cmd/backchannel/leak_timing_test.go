package main

import (
	"cmp"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// What may not be seen must not show by how long it takes either. Both towns are asked in turns, so that whatever else
// the machine does slows both; what is compared is work first (memory asked for, which does not depend on the
// machine), and time second, by medians and with a wide bound.

// timedLooks are questions whose way could depend on whether there is something to hide.
func timedLooks() []look {
	var all []look
	add := func(name string, ask func(*town)) {
		all = append(all, look{name, func(w *town) string { ask(w); return "" }})
	}
	for _, text := range []string{
		"who owns vaultkeeper", "who owns vualtkeeper", "vault keeper 谁负责", "what depends on strongroom", "who is on call for fortress", "who is evelyn stone", "what does night watch own",
		"where is the combination", "who uses secretlib", "service tagged hushhush",
	} {
		add(text, func(w *town) { w.reply("UADA", "C1", bot.Said{Text: text}) })
	}
	for _, sub := range []string{"search night watch", "search sourdough", "owner vaultkeeper", "show vaultkeeper", "dependents vault-api"} {
		add("/backchannel "+sub, func(w *town) {
			w.reply("UADA", "D1", bot.Invoked{Path: []string{"backchannel"}, Args: sub})
		})
	}
	add("typing vau", func(w *town) { w.reply("UADA", "C1", bot.Asked{What: card.FieldEntity, Query: "vau"}) })
	add("a link", func(w *town) {
		w.reply("UADA", "C1", bot.Linked{URLs: []string{"https://portal.town.example/catalog/default/component/vaultkeeper"}})
	})
	for _, path := range []string{"/catalog/default/component/vaultkeeper", "/search?q=vaultkeeper", "/api/catalog/entities/by-name/component/default/vaultkeeper", "/api/search/query?term=combination"} {
		add("GET "+path, func(w *town) { w.get(http.MethodGet, path, "") })
	}
	return all
}

// The bounds: how much more or less work, and time, may go into what is hidden than into what is not there.
const (
	timedRounds = 60
	timedTries  = 6 // a difference that is ours is there each time, and one of what runs beside goes
	workRatio   = 1.25
	workRoom    = 40 // allocations that may come and go with caches and pools
	timeRatio   = 2.5
)

func TestHiddenTakesNoLonger(t *testing.T) {
	with, without := newTown(t, true), newTown(t, false)
	for _, l := range timedLooks() {
		c := comparison{with: with, without: without, ask: l.ask}
		for range timedTries {
			if c.measure(); c.equal() {
				break
			}
		}
		if !c.equal() {
			t.Errorf("%s: where it is hidden %d allocations and %s, where it is not there %d and %s", l.name, c.work[0], c.took[0], c.work[1], c.took[1])
		}
		t.Logf("%-70s work %5d %5d  time %8s %8s", l.name, c.work[0], c.work[1], c.took[0], c.took[1])
	}
}

// comparison is what one question costs in a town that hides the answer, and in one that does not have it, by medians.
// The allocations are the whole program's: what runs beside a call is counted with it, and under the race detector pools
// forget at random a quarter of what they hold, so that neither the least nor the most says anything.
type comparison struct {
	with, without *town
	ask           func(*town) string
	work          [2]uint64
	took          [2]time.Duration
}

// measure asks both towns in turns.
func (c *comparison) measure() {
	var took [2][]time.Duration
	var work [2][]uint64
	for round := range timedRounds {
		for i, w := range []*town{c.with, c.without} {
			if round%2 == 1 { // neither is always the first
				i, w = 1-i, []*town{c.without, c.with}[i]
			}
			allocations, d := measured(func() { c.ask(w) })
			took[i], work[i] = append(took[i], d), append(work[i], allocations)
		}
	}
	c.took = [2]time.Duration{median(took[0]), median(took[1])}
	c.work = [2]uint64{median(work[0]), median(work[1])}
}

// equal says whether nobody could tell the two from each other.
func (c *comparison) equal() bool {
	work := float64(max(c.work[0], c.work[1])) <= float64(min(c.work[0], c.work[1]))*workRatio+workRoom
	slow, fast := max(c.took[0], c.took[1]), min(c.took[0], c.took[1])
	return work && float64(slow) <= float64(fast)*timeRatio+float64(50*time.Microsecond)
}

// measured counts the allocations of a call and how long it took.
func measured(f func()) (uint64, time.Duration) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, took
}

func median[T cmp.Ordered](of []T) T {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}
