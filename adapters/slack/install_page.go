package slack

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// outcome is how an installation ended, for the page that says so.
type outcome struct {
	key  outcomeKey
	name string // of the workspace or organisation
	id   string
	app  string
}

type outcomeKey uint8

const (
	outcomeFailed outcomeKey = iota
	outcomeDone
	outcomeDoneOrg
	outcomeDeclined
	outcomeExpired
	outcomeForeign
)

func (k outcomeKey) sentence() (lang.Key, int) {
	switch k {
	case outcomeDone:
		return lang.SlackInstallDone, http.StatusOK
	case outcomeDoneOrg:
		return lang.SlackInstallDoneOrg, http.StatusOK
	case outcomeDeclined:
		return lang.SlackInstallDeclined, http.StatusOK
	case outcomeExpired:
		return lang.SlackInstallExpired, http.StatusBadRequest
	case outcomeForeign:
		return lang.SlackInstallForeign, http.StatusForbidden
	default:
		return lang.SlackInstallFailed, http.StatusBadGateway
	}
}

// installHTML is the page of an outcome: complete in itself, as nothing else may be served on this listener.
var installHTML = template.Must(template.New("install").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title>
<style>
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1.25rem}
h1{font-size:1rem;font-weight:600;opacity:.7}
p.what{font-size:1.375rem;line-height:1.35}
a{display:inline-block;margin-top:.5rem;padding:.5rem 1rem;border-radius:.375rem;background:#1f5fbf;color:#fff;text-decoration:none}
</style></head>
<body><main><h1>{{.Title}}</h1><p class="what">{{.What}}</p>{{with .Next}}<p>{{.}}</p>{{end}}<p><a href="{{.URL}}">{{.Label}}</a></p></main></body></html>
`))

// guardPage keeps a page, whose address holds a code, from being kept, told of or shown in another one.
func guardPage(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

// installPage says how an installation ended.
func (a *Adapter) installPage(w http.ResponseWriter, r *http.Request, o outcome) {
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	l := lang.Parse(first)
	key, status := o.key.sentence()
	page := struct{ Lang, Title, What, Next, URL, Label string }{
		Lang: string(l), Title: lang.Text(l, lang.SlackInstallTitle, nil), What: lang.Text(l, key, lang.Args{"name": o.name, "id": o.id}),
		URL: pathInstall, Label: lang.Text(l, lang.SlackInstallAgain, nil),
	}
	if status == http.StatusOK && o.key != outcomeDeclined {
		page.Next, page.Label = lang.Text(l, lang.SlackInstallNext, nil), lang.Text(l, lang.SlackInstallOpen, nil)
		page.URL = "https://slack.com/app_redirect?" + url.Values{"app": {o.app}, "team": {o.id}}.Encode()
	}
	guardPage(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := installHTML.Execute(w, page); err != nil {
		a.deps.Log.Debug("slack: a page was not sent", "err", err)
	}
}
