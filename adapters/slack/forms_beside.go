package slack

import (
	"context"
	"net/url"
	"strings"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// beside is the modal behind the last page where a form has fields that a chat does not take: a link to a page that asks
// for them and hands the form in, and, where none of them is required, a button that does without. It reports false
// where there is nothing to ask, or where the form is complete without and nothing else takes them.
func (s *session) beside(ctx context.Context, o bot.OpenForm, page int, tongue lang.Lang) (slackapi.ModalViewRequest, bool) {
	var names, labels []string
	required := false
	for _, q := range o.Form.Fields {
		if _, given := o.Values[q.Name]; !q.Elsewhere() || given || len(q.Value) > 0 {
			continue
		}
		names, labels = append(names, q.Name), append(labels, q.Label)
		required = required || q.Required
	}
	if len(names) == 0 {
		return slackapi.ModalViewRequest{}, false
	}
	link := ""
	if s.a.deps.Links != nil {
		var err error
		if link, err = s.a.deps.Links.FormLink(ctx, o, names); err != nil {
			s.a.deps.Log.Error("slack: there is no page for a form", "form", o.Form.ID, "err", err)
		}
	}
	if !opens(link) {
		link = ""
	}
	if link == "" && !required {
		return slackapi.ModalViewRequest{}, false
	}
	key := lang.SlackFormBeside
	if link == "" {
		key = lang.SlackFormNowhere
	}
	text := lang.Text(tongue, key, lang.Args{"form": o.Form.Title, "labels": strings.Join(labels, ", ")})
	v := notice(o.Form.Title, text, tongue)
	v.CallbackID, v.PrivateMetadata = clip(o.Form.ID, maxCallback), metadata{Key: o.Key, Page: page, Without: true}.String()
	if link != "" {
		open := slackapi.NewButtonBlockElement("form_page", "", plainObject(lang.Text(tongue, lang.SlackFormBesideButton, nil), maxLabel))
		open.URL, open.Style = link, slackapi.StylePrimary
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, slackapi.NewActionBlock("", open))
	}
	if !required {
		v.Submit = plainObject(lang.Text(tongue, lang.SlackFormWithout, nil), maxViewTitle)
	}
	return v, true
}

// opens reports whether a button can lead to an address.
func opens(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && len(link) <= maxURL
}
