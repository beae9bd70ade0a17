package slack

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"
)

// careful is a retry handler of the SDK that leaves a message alone which may have got through: whoever sends it knows
// whether it can be looked for.
type careful struct{ slackapi.RetryHandler }

// ShouldRetry implements the SDK's RetryHandler.
func (c careful) ShouldRetry(state *slackapi.RetryState, req *http.Request, resp *http.Response, err error) (bool, time.Duration) {
	if posts(req) {
		dial, ok := errors.AsType[*net.OpError](err)
		missed := ok && dial.Op == "dial" ||
			resp != nil && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable)
		if !missed {
			return false, 0
		}
	}
	return c.RetryHandler.ShouldRetry(state, req, resp, err)
}

// posts reports whether a request shows a message that the same request would show again.
func posts(req *http.Request) bool {
	return strings.HasSuffix(req.URL.Path, "/chat.postMessage") || strings.HasSuffix(req.URL.Path, "/chat.postEphemeral")
}
