package github

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// tokens are those of one installation, which live for an hour.
type tokens struct {
	app  *rest.Client
	id   string
	now  func() time.Time
	skew func() time.Duration // how far GitHub's clock is ahead

	mu     sync.Mutex
	token  string
	renew  time.Time // by GitHub's clock
	issued int       // how many there were
}

// early is how long before its end a token is renewed, or a quarter of its life where that is less.
const early = 5 * time.Minute

// endedError says that an installation gives no token: the App was removed or suspended, or installed anew.
type endedError struct{ err error }

func (e *endedError) Error() string { return e.err.Error() }
func (e *endedError) Unwrap() error { return e.err }

func ended(err error) bool {
	_, ok := errors.AsType[*endedError](err)
	return ok
}

func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && t.now().Add(t.skew()).Before(t.renew) {
		return t.token, nil
	}
	var got struct {
		Token     string
		ExpiresAt time.Time `json:"expires_at"`
	}
	err := twice(func() error { return t.app.Post(ctx, "/app/installations/"+t.id+"/access_tokens", struct{}{}, &got) })
	code := rest.Code(err)
	if err = rest.Classify(err, "get a token of the GitHub App's installation"); err != nil {
		if code == http.StatusNotFound || code == http.StatusForbidden {
			err = &endedError{err}
		}
		return "", err
	}
	life := max(0, got.ExpiresAt.Sub(t.now().Add(t.app.Budget().Skew()))) // the answer has just told GitHub's clock
	t.token, t.renew = got.Token, got.ExpiresAt.Add(-min(early, life/4))
	t.issued++
	return t.token, nil
}

// last is the number of the token that is there.
func (t *tokens) last() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.issued
}

// forget drops a token that was refused before its time, as a revoked one is, unless another has taken its place: of
// many requests that are refused at once, one gets a new token for all.
func (t *tokens) forget(number int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.issued == number {
		t.token = ""
	}
}
