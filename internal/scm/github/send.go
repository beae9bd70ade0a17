package github

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// Send makes one request about something that belongs to an account, for what has no method of its own. The path is
// below the API's address. in, when not nil, is sent as JSON; the answer is decoded into out, when that is not nil and
// the answer has a body. An answer that is not a success is a *rest.StatusError; only reads are repeated.
func (c *Client) Send(ctx context.Context, account, method, path string, in, out any) error {
	body, err := encode(in)
	if err != nil {
		return err
	}
	return c.do(ctx, account, func(r *rest.Client) error {
		if method == http.MethodGet {
			r = r.Uncached()
		}
		a, err := r.Do(ctx, method, path, body)
		if err != nil || out == nil || len(a.Body) == 0 {
			return err
		}
		return a.JSON(out)
	})
}

func encode(in any) ([]byte, error) {
	if in == nil {
		return nil, nil
	}
	body, err := json.Marshal(in)
	return body, fault.Wrap(fault.Internal, err, "encode a request")
}
