package slack

import "github.com/backchannel-portal/backchannel/bot/card"

// stencil is a message as it was rendered once, with room for the tokens on its buttons, which are of who presses: what
// many people ask within seconds is rendered once.
type stencil struct {
	text []byte
	gaps []gap
}

// gap is a place in a text where a token goes.
type gap struct {
	at     int
	intent card.Intent
	anyone bool
	limit  int
}

// stencil is what a message keeps the stencil of a response as.
func (k responseType) stencil() string {
	if k == inChannel {
		return "slack: a response in the channel"
	}
	return "slack: a response"
}

// stencil returns what was rendered since start as one, where no token is mixed with other text.
func (r *renderer) stencil() *stencil {
	s := &stencil{text: make([]byte, 0, len(r.dst)), gaps: make([]gap, 0, len(r.marks))}
	from := 0
	for _, m := range r.marks {
		s.text = append(s.text, r.dst[from:m.at]...)
		from = m.end
		m.gap.at = len(s.text)
		s.gaps = append(s.gaps, m.gap)
	}
	s.text = append(s.text, r.dst[from:]...)
	return s
}

// mark is where a token stands in what is being rendered.
type mark struct {
	gap
	end int
}

// fill appends a message from its stencil, with tokens for the actor.
func (r *renderer) fill(s *stencil) {
	from := 0
	for i := range s.gaps {
		to := &s.gaps[i]
		r.dst = append(r.dst, s.text[from:to.at]...)
		from = to.at
		r.dst = appendJSON(r.dst, r.tokenText(to.intent, to.anyone, to.limit))
	}
	r.dst = append(r.dst, s.text[from:]...)
}
