package plugins_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
)

func TestRepositoryNames(t *testing.T) {
	t.Parallel()
	const public, own = "github.com", "code.acme.dev"
	for _, tt := range []struct {
		hosts, slug, location, want string
	}{
		{public, "acme/pay", "", "github.com acme/pay"},
		{own, "acme/pay", "", "code.acme.dev acme/pay"}, // the only one that is connected
		{own + " " + public, "acme/pay", "", "github.com acme/pay"},
		{own + " " + public, "Acme/Pay", "url:https://CODE.acme.dev/acme/pay/tree/main/", "code.acme.dev Acme/Pay"},
		{own + " " + public, "acme/other", "url:https://code.acme.dev/acme/pay/tree/main/", "github.com acme/other"},
		{own + " " + public, "", "url:https://code.acme.dev/acme/pay.git", "code.acme.dev acme/pay"},
		{own + " " + public, "", "url:https://elsewhere.example/acme/pay", ""},
		{public, "", "url:http://github.com/acme/pay", ""},
		{public, "", "url:https://u@github.com/acme/pay", ""},
		{public, "", "url:https://github.com/acme", ""},
		{public, "not valid", "", ""},
		{public, "", "", ""},
	} {
		n := plugins.RepositoryNames{
			Annotation: "slug", Public: public, Hosts: strings.Fields(tt.hosts), Valid: func(s string) bool { return strings.Count(s, "/") == 1 && !strings.Contains(s, " ") },
			Path: func(s string) string {
				if parts := strings.Split(s, "/"); len(parts) > 1 {
					return parts[0] + "/" + parts[1]
				}
				return ""
			},
		}
		e := &catalog.Entity{Annotations: []catalog.Pair{{Key: "slug", Value: tt.slug}, {Key: plugins.SourceLocation, Value: tt.location}}}
		got := ""
		if r, ok := n.Of(e); ok {
			got = r.Host + " " + r.Path
		}
		if got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

func TestDefaultBranches(t *testing.T) {
	t.Parallel()
	var b plugins.DefaultBranches
	r, away := plugins.Repository{Host: "h", Path: "a/b"}, errors.New("away")
	if got, err := b.Told(r, "", away); got != "" || err == nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := b.Told(r, "trunk\nx", nil); got != "trunk" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := b.Told(r, "", away); got != "trunk" || err == nil {
		t.Errorf("what was told before: %q, %v", got, err)
	}
}
