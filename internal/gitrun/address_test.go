package gitrun

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://github.com/acme/pay":                      "https://github.com/acme/pay",
		" https://GitHub.com/acme/pay.git/ ":               "https://github.com/acme/pay.git",
		"https://git.acme.dev:8443/a/b/c.git":              "https://git.acme.dev:8443/a/b/c.git",
		"http://[::1]:80/x":                                "http://[::1]:80/x",
		"git@github.com:acme/pay.git":                      "git@github.com:acme/pay.git",
		"git@GitHub.com:acme/pay.git/":                     "git@github.com:acme/pay.git",
		"git@example.com:~/x.git":                          "git@example.com:~/x.git",
		"git@example.com:a b%20c.git":                      "git@example.com:a b%20c.git",
		"git@example.com:x?y#z":                            "git@example.com:x?y#z",
		"ssh://git@example.com/~/x.git":                    "ssh://git@example.com/~/x.git",
		"ssh://git@example.com/~ann/x.git":                 "ssh://git@example.com/~ann/x.git",
		"ssh://git@example.com:x.git":                      "",
		"git@example.com:../x":                             "",
		"git@example.com:-x":                               "",
		"git@github.com:/acme/pay.git":                     "ssh://git@github.com/acme/pay.git",
		"ssh://git@example.com:2222/x.git":                 "ssh://git@example.com:2222/x.git",
		"https://example.com/a%20b":                        "https://example.com/a%20b",
		"":                                                 "",
		"/srv/git/x":                                       "",
		"./x":                                              "",
		"file:///srv/x":                                    "",
		"ext::sh -c touch% /tmp/owned":                     "",
		"git://example.com/x":                              "",
		"ftp://example.com/x":                              "",
		"-oProxyCommand=x:y":                               "",
		"--upload-pack=touch x":                            "",
		"ssh://-oProxyCommand=touch/x":                     "",
		"ssh://-x@example.com/x":                           "",
		"-x@example.com:y":                                 "",
		"git@-example.com:y":                               "",
		"ssh://git@example.com/-x":                         "",
		"https://user:pw@example.com/x":                    "",
		"https://token@example.com/x":                      "",
		"ssh://git:pw@example.com/x":                       "",
		"https://example.com":                              "",
		"https://example.com/":                             "",
		"https://example.com/x?y":                          "",
		"https://example.com/x#y":                          "",
		"https://example.com/a/../b":                       "",
		"https://exa\nmple.com/x":                          "",
		"https://example.com/" + strings.Repeat("x", 3000): "",
	} {
		a, err := ParseAddress(in)
		if want == "" {
			if !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "pw") || strings.Contains(err.Error(), "token") {
				t.Errorf("%q: %v %v", in, a, err)
			}
		} else if err != nil || a.String() != want {
			t.Errorf("%q: %v %v", in, a, err)
		}
	}
	if a := address(t, "https://example.com:8443/a/pay.git"); a.Hostname() != "example.com" || a.Repo() != "a/pay" {
		t.Error(a.Hostname(), a.Repo())
	}
}

func TestCheckRef(t *testing.T) {
	for _, good := range []string{"main", "feature/x-1", "v1.2.3", "ünï", "a.b", "x@y"} {
		if err := CheckRef(good); err != nil {
			t.Error(good, err)
		}
	}
	for _, bad := range []string{
		"", "-x", "--upload-pack=x", "a..b", "a b", "a~1", "a^", "a:b", "*", "a[", "a\\b", "@", "a@{1}", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "x.lock/y", "a.", "a\x00", "a\x7f", strings.Repeat("x", 300),
	} {
		if err := CheckRef(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"https://github.com/acme/pay.git", "git@github.com:acme/pay", "ssh://git@h:22/x", "ext::x", "-x", "http://[::1]/a", "https://h/%2e%2e/a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			return
		}
		text := a.String()
		if strings.HasPrefix(text, "-") || strings.ContainsAny(text, "\n\x00") || !a.Home && strings.Contains(text, " ") || strings.HasPrefix(a.Host, "-") || strings.HasPrefix(a.Path, "-") {
			t.Fatalf("%q gives %q", s, text)
		}
		if again, err := ParseAddress(text); err != nil || again != a {
			t.Fatalf("%q gives %q, which gives %v %v", s, text, again, err)
		}
	})
}

func FuzzOutput(f *testing.F) {
	id := strings.Repeat("a1", 20)
	f.Add([]byte("100644 blob " + id + "\ta\x00120000 blob " + id + "\tb/c\x00160000 commit " + id + "\tsub\x00"))
	f.Add([]byte("ref: refs/heads/main\tHEAD\n" + id + "\tHEAD\n"))
	f.Add([]byte(id + " blob 12"))
	f.Add([]byte(id + " missing"))
	f.Add([]byte("fatal: https://u:p@h/x: \x1b[31mred"))
	f.Fuzz(func(t *testing.T, out []byte) {
		if entries, err := parseTree(out, 10); err == nil {
			for _, e := range entries {
				if !IsID(e.ID) || e.Path == "" || strings.ContainsRune(e.Path, 0) {
					t.Fatalf("%+v", e)
				}
			}
		}
		if r, err := parseRefs(out); err == nil {
			for name, id := range r.ids {
				if !IsID(id) {
					t.Fatal(name, id)
				}
			}
			if r.head != "" && CheckRef(r.head) != nil {
				t.Fatal(r.head)
			}
		}
		if size, _, err := parseObject(string(out)); err == nil && size < 0 {
			t.Fatal(size)
		}
		err := Cmd{Credential: Credential{Password: "s3cret"}}.explain(string(out) + "\nfatal: s3cret https://a:s3cret@h/")
		if strings.Contains(err.Error(), "s3cret") || strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Fatal(err)
		}
	})
}
