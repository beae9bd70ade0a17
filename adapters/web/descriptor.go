package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

type descriptorData struct {
	Entity link
	Source link
	Age    string
	Text   string
	JSON   string // address of the same for programs
}

// descriptor shows an entity as it was read: the whole descriptor as YAML, with what placeholders stand for.
func (w *Web) descriptor(rw http.ResponseWriter, r *http.Request) {
	view, l, ref := w.view(r), tongue(r), pathRef(r)
	e, ok := view.Entity(ref)
	if !ok {
		w.missing(rw, r, ref.Name)
		return
	}
	d := descriptorData{
		Entity: linkTo(view, ref), Source: source(e), Age: age(view, l, e, w.cfg.Now()), Text: asYAML(e.Document.JSON()),
		JSON: "/api/catalog/entities/by-name/" + strings.Join([]string{ref.Kind, ref.Namespace, ref.Name}, "/"),
	}
	title := translate(l, string(lang.SiteDescriptorOf), "name", d.Entity.Text)
	w.render(rw, r, http.StatusOK, "descriptor", page{Title: title, Nav: "catalog", About: title}, d)
}

// asYAML writes canonical JSON as people write descriptors; JSON that cannot be read is shown as it is.
func asYAML(raw json.RawMessage) string {
	n, err := yamldoc.Parse(raw, yamldoc.DefaultLimits())
	if err != nil {
		return string(raw)
	}
	var b bytes.Buffer
	y := yamlWriter{&b}
	y.node(n, 0, false)
	return strings.TrimLeft(b.String(), "\n")
}
