package main

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

var _ commands.Requests = (*corrector)(nil)

// Declined implements commands.Requests.
func (c *corrector) Declined(ctx context.Context, request string) (bool, error) {
	host, repo, number, ok := parseRequest(request)
	api := c.proposers[host]
	if !ok || api == nil {
		return false, nil // of another configuration
	}
	r, err := api.Repository(ctx, repo)
	if err != nil {
		return false, err
	}
	p, err := api.Proposal(ctx, r, number)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	return err == nil && p.State == remote.ProposalClosed, err
}

// parseRequest takes the address of a pull or merge request apart, as GitHub and GitLab write it.
func parseRequest(request string) (host, repo string, number int64, ok bool) {
	u, err := url.Parse(request)
	if err != nil {
		return "", "", 0, false
	}
	for _, marker := range []string{"/-/merge_requests/", "/pull/"} {
		before, after, found := strings.Cut(strings.TrimPrefix(u.Path, "/"), marker)
		n, err := strconv.ParseInt(after, 10, 64)
		if found && err == nil && before != "" {
			return u.Host, before, n, true
		}
	}
	return "", "", 0, false
}
