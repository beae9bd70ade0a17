package bot

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Reply is what a handler wants shown: Say, Whisper, Update, Share, Work, Follow or Nothing; a form (Open, Invalid, Suggest);
// a Surface or a Preview.
type Reply interface{ reply() }

// Say is a message that everybody in the conversation sees.
type Say struct {
	Answer  Answer
	Message card.Message
}

// Whisper is a message for the actor alone. Where a platform cannot whisper it becomes Say.
type Whisper struct {
	Answer  Answer
	Message card.Message
}

// Update replaces the message that a Pressed came from.
type Update struct {
	Answer  Answer
	Message card.Message
}

// Share shows the conversation a message that only the actor has seen, and says who shared it.
type Share struct {
	Answer  Answer
	Message card.Message // for the channel
	Done    card.Message // replaces the private message
}

// Work is a wait of under a minute: Note is shown at once, and what Run returns takes its place. It dies with the
// process. Run must return one of the other replies and respect its context.
type Work struct {
	Note card.Message
	Run  func(context.Context) (Reply, error)
}

// Nothing acknowledges without a word.
type Nothing struct{}

func (Say) reply()     {}
func (Whisper) reply() {}
func (Update) reply()  {}
func (Share) reply()   {}
func (Work) reply()    {}
func (Nothing) reply() {}

// Outcome says how a question ended. The values are those of CONTRACTS section 2.
type Outcome string

// The outcomes.
const (
	Answered  Outcome = "answer"
	Choose    Outcome = "choose"
	NotFound  Outcome = "not_found"
	HelpGiven Outcome = "help"
	Refused   Outcome = "refuse"
)

// Answer is the machine-readable side of a reply. The Mux writes memory, audit and metrics from it.
type Answer struct {
	Intent     string
	Outcome    Outcome
	Entities   []string // full references; what the question was about
	Candidates []string // what was offered to choose from
	Sources    []Source
	Lang       lang.Lang
}

// Source is where an answer comes from.
type Source struct {
	Where string // a file, manifest, schedule or address
	Line  int    // 1-based, 0 when it has none
	AsOf  time.Time
}

// MessageOf returns the message and the answer that a settled reply to a question carries, and false for the others.
func MessageOf(r Reply) (card.Message, Answer, bool) {
	switch r := r.(type) {
	case Say:
		return r.Message, r.Answer, true
	case Whisper:
		return r.Message, r.Answer, true
	case Update:
		return r.Message, r.Answer, true
	case Share:
		return r.Message, r.Answer, true
	case Follow:
		return r.Now, r.Answer, true
	default:
		return card.Message{}, Answer{}, false
	}
}
