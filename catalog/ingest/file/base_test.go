package file

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/scm"
)

// TestWebPlaceholders: a descriptor from the web reads files of its own repository, and a local one what mirrors have.
func TestWebPlaceholders(t *testing.T) {
	dir := tree(t, map[string]string{
		"repos/pay/defs/api.yaml": "api", "repos/pay/notes.txt": "notes", "repos/other/secret.txt": "secret", "outside.txt": "outside",
	})
	trees, err := scm.New([]scm.Mirror{{URL: "https://example.com/acme/", Dir: "repos"}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	web := base{trees: trees, url: "https://example.com/acme/pay/blob/main/defs/catalog-info.yaml"}
	local := base{trees: trees, file: dir + "/a.yaml", folder: dir}
	for _, c := range []struct {
		base       base
		name, want string
	}{
		{web, "./api.yaml", "api"},
		{web, "../notes.txt", "notes"},
		{web, "https://example.com/acme/pay/blob/main/notes.txt", "notes"},
		{web, "https://example.com/acme/other/blob/main/secret.txt", "error: a descriptor may only refer to files of its own repository"},
		{web, "../../../../other/blob/main/secret.txt", "error: a descriptor may only refer"},
		{web, "../../../../../../outside.txt", "error: a descriptor may only refer"},
		{web, "/etc/hostname", "error: the path must be relative"},
		{web, "./none.txt", "error: "},
		{local, "https://example.com/acme/pay/blob/main/notes.txt", "notes"},
		{local, "https://unknown.example.com/x", "error: "},
		{base{file: dir + "/a.yaml", folder: dir}, "https://example.com/acme/pay/blob/main/notes.txt", "error: no mirror has it"},
	} {
		data, err := c.base.placeholder(c.name)
		got := string(data)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c.want && !(strings.HasPrefix(c.want, "error") && strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
