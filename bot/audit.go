package bot

import "time"

// Entry is what is kept of one handled event: who asked what kind of question about which entities, and how it ended.
// It holds no text that a person wrote.
type Entry struct {
	Time    time.Time
	Event   string // the event's id
	Actor   Actor
	Address Address
	What    string // the command, button or "question"
	Answer  Answer
	Took    time.Duration
	Failure string // kind of the error, "" when there was none
	Limited bool

	Decision string // what the Guard decided and by which rule; "" without one
}

// Observer is told of every handled event: audit, metrics. Observe must not block.
type Observer interface{ Observe(Entry) }

// Observers tells several observers, in order.
type Observers []Observer

// Observe implements Observer.
func (os Observers) Observe(e Entry) {
	for _, o := range os {
		o.Observe(e)
	}
}
