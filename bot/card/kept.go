package card

import "sync/atomic"

// Kept is what platforms have made of a message that is given to many people, for as long as it is given: a message that
// has none is given once. It is safe for concurrent use.
type Kept struct {
	last atomic.Pointer[made]
}

// made is one thing that was made of a message, and of which message.
type made struct {
	before *made
	n      int // how many there are with it
	by     string
	of     Message
	what   any
}

// maxMade is how many things are kept of one message.
const maxMade = 4

// Equal lets messages be compared by what they say.
func (k *Kept) Equal(*Kept) bool { return true }

// Made returns what somebody has made of this message before, nil for nothing. A message that was changed since, with
// other blocks or another summary, is another message.
func (m *Message) Made(by string) any {
	if m.Kept == nil {
		return nil
	}
	for p := m.Kept.last.Load(); p != nil; p = p.before {
		if p.by == by && same(m, &p.of) {
			return p.what
		}
	}
	return nil
}

// Keep has Made return what somebody made of this message, if the message is one that is given again.
func (m *Message) Keep(by string, what any) {
	if m.Kept == nil {
		return
	}
	before := m.Kept.last.Load()
	p := &made{before: before, n: 1, by: by, of: *m, what: what}
	if before != nil {
		p.n += before.n
	}
	if p.n <= maxMade {
		m.Kept.last.CompareAndSwap(before, p) // else another was kept just now, which is as good
	}
}

// same reports whether two messages have the very same parts: nobody changes the blocks of a message that is given.
func same(a, b *Message) bool {
	return a.Lang == b.Lang && len(a.Blocks) == len(b.Blocks) && len(a.Summary) == len(b.Summary) &&
		(len(a.Blocks) == 0 || &a.Blocks[0] == &b.Blocks[0]) && (len(a.Summary) == 0 || &a.Summary[0] == &b.Summary[0])
}
