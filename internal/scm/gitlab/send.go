package gitlab

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Send makes one request, for what has no method of its own. The path is below the API's address. in, when not nil, is
// sent as JSON; the answer is decoded into out, when that is not nil and the answer has a body. An answer that is not a
// success is a *rest.StatusError; only reads are repeated.
func (c *Client) Send(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fault.Wrap(fault.Internal, err, "encode a request")
		}
	}
	r := c.rest
	if method == http.MethodGet {
		r = r.Uncached()
	}
	a, err := r.Do(ctx, method, path, body)
	if err != nil || out == nil || len(a.Body) == 0 {
		return err
	}
	return a.JSON(out)
}
