package signin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// What is known of a provider counts for hours. Whether it is there is looked at before a browser is sent to it, which
// would show an error of its own where nobody answers.
const (
	lookTimeout = 5 * time.Second
	lookedFor   = 5 * time.Second // what was seen counts
	lookBody    = 64 << 10        // bytes that are read, so that the connection can be used again
)

// errAway is a provider that does not answer.
var errAway = errors.New("the identity provider does not answer")

// sight is whether the provider was there.
type sight struct {
	at  time.Time
	err error
}

// look is an error of kind Upstream where the provider does not answer: neither what it says of itself, nor where codes are
// exchanged for tokens. Refusals are answers.
func (p *provider) look(ctx context.Context, d *discovered) error {
	p.looking.Lock()
	defer p.looking.Unlock()
	if age := p.now().Sub(p.looked.at); age >= 0 && age < lookedFor {
		return p.looked.err
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	all := make(chan error, 2)
	go func() {
		all <- p.answers(ctx, http.MethodGet, strings.TrimSuffix(p.cfg.Issuer, "/")+"/.well-known/openid-configuration")
	}()
	go func() { all <- p.answers(ctx, http.MethodHead, d.Endpoint().TokenURL) }()
	err := <-all
	if second := <-all; err == nil {
		err = second
	}
	if err != nil && errors.Is(ctx.Err(), context.Canceled) { // the browser is gone, and nothing was seen
		return err
	}
	p.looked = sight{p.now(), err}
	if err != nil {
		select {
		case p.soon <- struct{}{}:
		default:
		}
	}
	return err
}

// answers asks one address.
func (p *provider) answers(ctx context.Context, method, address string) error {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return fault.Wrap(fault.Upstream, errors.Join(errAway, err), "look at the identity provider")
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return fault.Wrap(fault.Upstream, errors.Join(errAway, err), "look at the identity provider")
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, lookBody)) // what it says is read elsewhere
	switch resp.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return fault.Wrap(fault.Upstream, errAway, "it answers %d", resp.StatusCode)
	}
	return nil
}
