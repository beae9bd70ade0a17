package rest

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Pages reads a list page by page, as the Link header leads (RFC 8288, rel=next), and hands every page's elements to
// each. A list of more than most pages is an error of kind fault.Invalid: half a list would look like a whole one.
func Pages[T any](ctx context.Context, c *Client, path string, most int, each func([]T) error) error {
	for n := 0; path != ""; n++ {
		if n == most {
			return fault.New(fault.Invalid, "the list has more than %d pages", most)
		}
		a, err := c.Do(ctx, http.MethodGet, path, nil)
		if err != nil {
			return err
		}
		var items []T
		if err := a.JSON(&items); err != nil {
			return err
		}
		if err := each(items); err != nil {
			return err
		}
		path = next(path, a.Header)
	}
	return nil
}

// next finds the address of the next page; "" on the last one.
func next(path string, h http.Header) string {
	for _, line := range h.Values("Link") {
		for part := range strings.SplitSeq(line, ",") {
			address, params, ok := strings.Cut(part, ";")
			if ok && strings.Contains(strings.ReplaceAll(params, `"`, ""), "rel=next") {
				return strings.Trim(strings.TrimSpace(address), "<>")
			}
		}
	}
	page := h.Get("X-Next-Page")
	if page == "" {
		return ""
	}
	u, err := url.Parse(path)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("page", page)
	u.RawQuery = q.Encode()
	return u.String()
}
