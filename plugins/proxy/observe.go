package proxy

import "time"

// Outcome says how a request to an upstream ended, in a word.
type Outcome string

// The outcomes.
const (
	OK          Outcome = "ok"
	NotModified Outcome = "not_modified" // what is kept still stands
	Hit         Outcome = "hit"          // answered from what is kept; nothing was sent
	ClientError Outcome = "client_error" // a status from 400
	ServerError Outcome = "server_error" // a status from 500
	Limited     Outcome = "limited"      // status 429
	Resting     Outcome = "resting"      // it asked for no requests for longer than we wait; nothing was sent
	Open        Outcome = "open"         // it failed too often just now; nothing was sent
	Refused     Outcome = "refused"      // by our own rules; nothing was sent
	Timeout     Outcome = "timeout"
	TooLarge    Outcome = "too_large"
	Unreachable Outcome = "unreachable"
	Canceled    Outcome = "canceled" // by whoever asked
)

// Exchange is one request to an upstream with all its attempts.
type Exchange struct {
	Upstream string
	Method   string
	Outcome  Outcome
	Status   int // 0: there was no answer
	Took     time.Duration
	Bytes    int // of the answer's body
}

// Observer is told of every exchange. It must not block.
type Observer interface {
	// Observe takes in one exchange.
	Observe(Exchange)
}

func (u *Upstream) seen(method string, status int, o Outcome, took time.Duration, bytes int) {
	if u.o.Observer != nil {
		u.o.Observer.Observe(Exchange{Upstream: u.c.Name, Method: method, Outcome: o, Status: status, Took: took, Bytes: bytes})
	}
}
