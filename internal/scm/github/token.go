package github

import (
	"context"
	"strings"
)

// Token is the one with which an account's repositories are read, for those who ask GitHub in another way; "" when they
// are read without any. That of an App's installation changes every hour. An account where the App is not installed is
// an error of kind fault.Forbidden.
func (c *Client) Token(ctx context.Context, account string) (string, error) {
	if c.app == nil {
		return c.o.Token, nil
	}
	var token string
	err := c.with(ctx, account, func(a *access) (err error) {
		token, err = a.tokens.get(ctx)
		return err
	})
	return token, err
}

// APIURL is the address of the API, without a slash at its end.
func (c *Client) APIURL() string { return strings.TrimRight(c.o.APIURL, "/") }
