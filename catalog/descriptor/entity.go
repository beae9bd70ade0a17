package descriptor

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// entity builds the columns and the canonical JSON of a checked document.
func entity(root *yamldoc.Node, ref catalog.Ref, relations []catalog.Relation) *catalog.Entity {
	metadata, spec := root.Get("metadata"), root.Get("spec")
	e := &catalog.Entity{
		Ref:         catalog.Ref{Kind: intern(ref.Kind), Namespace: intern(ref.Namespace), Name: ref.Name},
		APIVersion:  intern(root.Get("apiVersion").Text),
		Kind:        intern(root.Get("kind").Text),
		Namespace:   catalog.DefaultNamespace,
		Name:        metadata.Get("name").Text,
		Title:       metadata.Get("title").Str(),
		Description: metadata.Get("description").Str(),
		Type:        intern(spec.Get("type").Str()),
		Lifecycle:   intern(spec.Get("lifecycle").Str()),
		Labels:      pairs(metadata.Get("labels")),
		Annotations: pairs(metadata.Get("annotations")),
		Links:       links(metadata.Get("links")),
	}
	if ns := metadata.Get("namespace").Str(); ns != "" {
		e.Namespace = intern(ns)
	}
	if owner := spec.Get("owner"); owner.Str() != "" {
		if r, err := reference(owner, "Group", e.Ref.Namespace); err == nil {
			e.Owner = r
		}
	}
	if tags := metadata.Get("tags"); tags != nil && len(tags.Items) > 0 {
		e.Tags = make([]string, len(tags.Items))
		for i, t := range tags.Items {
			e.Tags[i] = intern(t.Text)
		}
	}
	if p := spec.Get("profile"); p != nil && (e.Kind == "User" || e.Kind == "Group") {
		e.Profile = catalog.Profile{DisplayName: p.Get("displayName").Str(), Email: p.Get("email").Str(), Picture: p.Get("picture").Str()}
	}
	if e.Kind == "API" {
		e.API = definition(e.Type, spec.Get("definition").Str())
	}
	e.Relations = catalog.NewRelations(relations...)
	e.Document = catalog.NewDocument(canonical(root))
	return e
}

func pairs(n *yamldoc.Node) []catalog.Pair {
	if n == nil || len(n.Fields) == 0 {
		return nil
	}
	out := make([]catalog.Pair, len(n.Fields))
	for i := range n.Fields {
		out[i] = catalog.Pair{Key: intern(n.Fields[i].Key), Value: n.Fields[i].Value.Text}
	}
	slices.SortFunc(out, func(a, b catalog.Pair) int { return strings.Compare(a.Key, b.Key) })
	return out
}

func links(n *yamldoc.Node) []catalog.Link {
	if n == nil || len(n.Items) == 0 {
		return nil
	}
	out := make([]catalog.Link, len(n.Items))
	for i, l := range n.Items {
		out[i] = catalog.Link{URL: l.Get("url").Str(), Title: l.Get("title").Str(), Icon: l.Get("icon").Str(), Type: l.Get("type").Str()}
	}
	return out
}

// canonical writes the whole entity as JSON: fields in the order written, the namespace filled in, without the
// fields that only a running catalog gives (uid, etag; relations and status never pass the envelope).
func canonical(root *yamldoc.Node) []byte {
	buf := make([]byte, 0, 2048)
	for i := range root.Fields {
		buf = append(buf, comma(i))
		f := &root.Fields[i]
		buf = append(yamldoc.AppendString(buf, f.Key), ':')
		if f.Key == "metadata" {
			buf = metadataJSON(buf, f.Value)
		} else {
			buf = yamldoc.AppendJSON(buf, f.Value)
		}
	}
	return append(buf, '}')
}

func metadataJSON(buf []byte, metadata *yamldoc.Node) []byte {
	written := 0
	for i := range metadata.Fields {
		f := &metadata.Fields[i]
		if f.Key == "uid" || f.Key == "etag" {
			continue
		}
		buf = append(buf, comma(written))
		buf = append(yamldoc.AppendString(buf, f.Key), ':')
		buf = yamldoc.AppendJSON(buf, f.Value)
		written++
	}
	if metadata.Get("namespace") == nil {
		buf = append(buf, comma(written))
		buf = append(buf, `"namespace":"`+catalog.DefaultNamespace+`"`...)
	}
	return append(buf, '}')
}

// comma opens an object before its first field and separates the others.
func comma(i int) byte {
	if i == 0 {
		return '{'
	}
	return ','
}
