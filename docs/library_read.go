package docs

import (
	"context"
	"crypto/sha256"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// read returns the present site, a copy of old with a new date when nothing changed.
func (l *Library) read(ctx context.Context, e *catalog.Entity, old *Site) (site *Site, err error) {
	defer func() { // a page that trips the Markdown parser must not stop the others
		if r := recover(); r != nil {
			site, err = nil, fault.New(fault.Internal, "the documentation cannot be parsed: %v", r)
		}
	}()
	where, err := located(e)
	if err != nil {
		return nil, err
	}
	if where == "" {
		return l.define(e, old)
	}
	if at := l.publishedAt(ctx, e.Ref); at != "" {
		where = at
	}
	tree, err := l.trees.Open(ctx, where)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	b, print, err := scan(tree)
	if err != nil {
		return nil, err
	}
	if defined(e) {
		print = sha256.Sum256(append(print[:], l.definition(e).text()...))
	}
	if old != nil && old.print == print && old.target == where {
		same := *old
		same.AsOf = l.now()
		return &same, nil
	}
	if site, err = b.build(ctx, e.Ref, old, l.frames, 1); err != nil {
		return nil, err
	}
	if defined(e) {
		site.withDefinition(l.definition(e))
	}
	site.print, site.target, site.AsOf = print, where, l.now()
	return site, nil
}

// publishedAt is where TechDocs has published the site of an entity, "" when it has not.
func (l *Library) publishedAt(ctx context.Context, ref catalog.Ref) string {
	if l.published == "" {
		return ""
	}
	at := l.published + "/" + ref.Namespace + "/" + ref.Kind + "/" + ref.Name
	tree, err := l.trees.Open(ctx, at)
	if err != nil {
		return ""
	}
	defer tree.Close()
	if !isBuilt(tree) {
		return ""
	}
	return at
}
