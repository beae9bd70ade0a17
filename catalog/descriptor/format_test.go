package descriptor

import (
	"strings"
	"testing"
)

// TestFormats: the expectations are those of the validators of @backstage/catalog-model 1.10.1.
func TestFormats(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, c := range []struct {
		name    string
		valid   func(string) bool
		yes, no []string
	}{
		{"object name", validObjectName, []string{"a", "A", "a-b", "a__b", "a..b", "0", "a_b.C-d", long[:63]}, []string{"", "-a", "a-", "_a", "a.", "a b", "ä", "a/b", long}},
		{"label", validDNSLabel, []string{"a", "a-b", "a--b", "1a", long[:63]}, []string{"", "A", "-a", "a-", "a.b", "a_b", "ä", long}},
		{"tag", validTag, []string{"java", "c++", "c#", "a:b", "node-18", "+", ":"}, []string{"", "A", "a_b", "a/b", "-a", "a-", "a--b", "a b", long}},
		{"api version", validAPIVersion, []string{"v1", "backstage.io/v1alpha1", "a-b.c/V1", "v1beta1"}, []string{"", "/v1", "backstage.io/", "Backstage.io/v1", "a/b/c", "a_b/v1", "v-1", "a..b/v1", long}},
		{"kind", validKind, []string{"Component", "a", "API", "A1", long[:63]}, []string{"", "1A", "a-b", "a b", "Ä", long}},
		{"key", validKey, []string{"a", "a.b/c", "github.com/project-slug", "A_b"}, []string{"", "/a", "a/", "a/b/c", "x_y/z", "A/b", "a b", "ä/x", long, "a/" + long, strings.Repeat("a.", 127) + "a/b"}},
		{"not blank", notBlank, []string{"a", " a "}, []string{"", " ", "\t\n"}},
	} {
		for _, s := range c.yes {
			if !c.valid(s) {
				t.Errorf("%s: %q should be valid", c.name, s)
			}
		}
		for _, s := range c.no {
			if c.valid(s) {
				t.Errorf("%s: %q should not be valid", c.name, s)
			}
		}
	}
}

// TestURLs: the expectations are those of new URL() in Node 20.
func TestURLs(t *testing.T) {
	for _, s := range []string{
		"https://example.com", "HTTPS://EXAMPLE.COM/a b?c#d", "https:example.com", "https:/example.com", "https:\\\\example.com",
		"http://a:80/", "http://a:/", "http://u:p@a/", "http://[::1]:8080/", "http://1.2.3.4/", "http://1", "http://0x7f.1/", "http://256",
		"https://a_b.c/", "https://ä.example/", "https://%41.example/", "https://${{values.host}}/", "https://a..b/", "https://a./",
		"mailto:a@b", "ftp://x", "slack:x", "slack://channel?team=T1", "x:", "x://", "x:///a", "x://h:1/", "file:///a", "file:a", "file:", "file://h/a",
		" https://a ", "ht\ntps://a", "javascript:alert(1)", "urn:isbn:1", "a+b-c.d:e", "vscode://file/a b",
	} {
		if !validURL(s) {
			t.Errorf("%q should be valid", s)
		}
	}
	for _, s := range []string{
		"", "/relative", "example.com", "//example.com", "https://", "https:", "http://:80", "http://a b/", "http://a:99999/", "http://a:b/",
		"http://u@", "http://[::1", "http://[::g]/", "http://1.2.3.4.5/", "http://1.2.3.256/", "http://256.1", "http://a<b/", "http://a^b/", "http://%zz/",
		"1a:b", ":a", "-a:b", "x://a b/", "x://h:99999/", "ä:b", "http://a%00b/", "http://a|b/", "x://u@",
	} {
		if validURL(s) {
			t.Errorf("%q should not be valid", s)
		}
	}
}

func TestManyErrorsAreBounded(t *testing.T) {
	text := "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\n  tags:\n" + strings.Repeat("  - A\n", 1000)
	d := Read("x.yaml", []byte(text), Options{})[0]
	if len(d.Errors) != mostFindings {
		t.Errorf("%d errors", len(d.Errors))
	}
}
