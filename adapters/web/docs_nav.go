package web

import (
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/docs"
)

// openNav is how many pages a site has at most for all sections of its navigation to begin open.
const openNav = 30

// wholeNav is how many pages a site has at most for its whole navigation to be on every page. Of a larger one, sections
// away from the page are only links to their first page.
const wholeNav = 150

// navItem is a line of the navigation: a page, or a section with items.
type navItem struct {
	link
	Current bool
	Open    bool // a section that begins open
	Away    bool // leads to another site
	Items   []navItem
}

// navigation is that of a site as its author arranged it. A page that was left out of it is added when it is open.
func navigation(site *docs.Site, open *docs.Page, base string) []navItem {
	n := navigator{site: site, open: open, base: base, whole: len(site.Pages) <= wholeNav}
	out, found := n.items(site.Nav)
	if !found && !open.Listed {
		out = append(out, navItem{link: link{Text: open.Title, Href: pagePath(base, open.Path)}, Current: true})
	}
	return out
}

type navigator struct {
	site  *docs.Site
	open  *docs.Page
	base  string
	whole bool
}

// items are those of one level; found says that the open page is among them.
func (n *navigator) items(items []docs.NavItem) (out []navItem, found bool) {
	for _, item := range items {
		d := navItem{link: link{Text: item.Title}}
		switch {
		case item.Page >= 0 && item.Page < len(n.site.Pages):
			p := &n.site.Pages[item.Page]
			d.Href, d.Current = pagePath(n.base, p.Path), p == n.open
			found = found || d.Current
		case item.Href != "":
			if !card.WebURL(item.Href) {
				continue
			}
			d.Href, d.Away = item.Href, true
		default:
			var inside bool
			d.Items, inside = n.items(item.Items)
			d.Open = inside || len(n.site.Pages) <= openNav
			found = found || inside
			if !n.whole && !inside {
				d.Href, d.Items = firstHref(d.Items), nil
			}
			if d.Href == "" && len(d.Items) == 0 {
				continue
			}
		}
		out = append(out, d)
	}
	return out, found
}

func firstHref(items []navItem) string {
	for _, item := range items {
		if item.Href != "" && !item.Away {
			return item.Href
		}
		if href := firstHref(item.Items); href != "" {
			return href
		}
	}
	return ""
}
