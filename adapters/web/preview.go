package web

import (
	"net/http"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// preview is what a chat or a social network shows below the address of a page (The Open Graph protocol, ogp.me). It
// holds nothing but what the page itself shows to the same reader: a preview is fetched by a program that has not signed
// in, and that sees what such a reader sees.
type preview struct {
	Title string
	About string
	URL   string // the page's own address; empty where it depends on what follows the path, or is not to be passed on
}

// maxPreview bounds the description, in code points: what is shown of it is shorter.
const maxPreview = 300

// preview is that of a page, nil for one that says nothing of itself: forms, accounts and what is not there.
func (w *Web) preview(r *http.Request, p page) *preview {
	if p.About == "" {
		return nil
	}
	out := &preview{Title: p.Title, About: card.Limits{Unit: card.CodePoints}.Cut(card.CleanLine(p.About), maxPreview)}
	if out.Title == "" {
		if out.Title = w.cfg.Organization; out.Title == "" {
			out.Title = "Backchannel"
		}
	}
	if w.cfg.BaseURL != "" && r.URL.RawQuery == "" && p.Nav != "sign-in" {
		out.URL = strings.TrimRight(w.cfg.BaseURL, "/") + r.URL.EscapedPath()
	}
	return out
}
