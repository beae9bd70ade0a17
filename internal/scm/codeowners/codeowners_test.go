package codeowners

import (
	"fmt"
	"strings"
	"testing"
)

const gitHub = `# comment
*       @acme/everyone
*.js    @js-owner #This is an inline comment.
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat @acme/docs
/scripts/ @octocat
**/logs @logger
/apps/ @acme/apps
/apps/github
with\ space/ @spacer
!negated @nobody
[ab]c @nobody
/deep/**/x.go @deep
\#hash @hash
`

const gitLab = `* @default
README.md @readme
/docs/ @acme/docs # all below
[Ruby] @ruby/default
*.rb
config/*.rb @ruby/config

^[Security][2] @security @@developer
/config/
!/config/public.rb
[ruby]
late.rb @late
\#special @special
[broken @x
`

func TestOwners(t *testing.T) {
	for _, tt := range []struct {
		flavor     Flavor
		path, want string
	}{
		{GitHub, "README", "2 @acme/everyone"},
		{GitHub, "a/b/x.js", "3 @js-owner"},
		{GitHub, "build/logs/a/b", "9 @logger"},
		{GitHub, "build/logs", "9 @logger"},
		{GitHub, "docs/a.md", "7 @doctocat @acme/docs"},
		{GitHub, "sub/docs/a.md", "2 @acme/everyone"},
		{GitHub, "sub/apps/x/y", "6 @octocat"},
		{GitHub, "apps/x", "10 @acme/apps"},
		{GitHub, "apps/github", "11"},
		{GitHub, "apps/github/x", "11"},
		{GitHub, "with space/x", "12 @spacer"},
		{GitHub, "negated", "2 @acme/everyone"},
		{GitHub, "deep/a/b/x.go", "15 @deep"},
		{GitHub, "deep/x.go", "15 @deep"},
		{GitHub, "#hash", "16 @hash"},
		{GitLab, "a/b", "1 @default"},
		{GitLab, "sub/README.md", "2 @readme"},
		{GitLab, "docs/a/b.md", "3 @acme/docs"},
		{GitLab, "a.rb", "1 @default; 5 @ruby/default"},
		{GitLab, "config/a.rb", "1 @default; 6 @ruby/config; 9 @security @@developer"},
		{GitLab, "config/public.rb", "1 @default; 6 @ruby/config"},
		{GitLab, "late.rb", "1 @default; 12 @late"},
		{GitLab, "#special", "1 @default; 13 @special"},
	} {
		text := gitHub
		if tt.flavor == GitLab {
			text = gitLab
		}
		var got []string
		for _, m := range Parse([]byte(text), tt.flavor).Owners(tt.path) {
			got = append(got, strings.TrimSpace(fmt.Sprint(m.Line, " ", strings.Join(m.Owners, " "))))
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%v %s: %q, want %q", tt.flavor, tt.path, s, tt.want)
		}
	}
}

func TestNobody(t *testing.T) {
	if m := Parse([]byte("/a @x"), GitHub).Owners("b"); m != nil {
		t.Errorf("got %v", m)
	}
	if m := Parse(nil, GitLab).Owners("b"); m != nil {
		t.Errorf("got %v", m)
	}
}

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       Flavor
	}{
		{"CODEOWNERS", "* @x", GitHub}, {".gitlab/CODEOWNERS", "* @x", GitLab}, {"CODEOWNERS", "* @x\n[Docs]\n", GitLab},
		{".github/CODEOWNERS", "[ab]c @x", GitHub},
	} {
		if got := Detect(tt.name, []byte(tt.text)); got != tt.want {
			t.Errorf("%s %q: %v", tt.name, tt.text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(gitHub, "a/b.js")
	f.Add(gitLab, "config/a.rb")
	f.Add("\xff\xfe * @x\n\\ \n! \n[]\n^[ ]", "")
	f.Add(strings.Repeat("**/", 200)+" @x", strings.Repeat("a/", 100))
	f.Fuzz(func(t *testing.T, text, path string) {
		for _, flavor := range []Flavor{GitHub, GitLab} {
			for _, m := range Parse([]byte(text), flavor).Owners(path) {
				if m.Line < 1 || m.Line > strings.Count(text, "\n")+1 {
					t.Errorf("line %d", m.Line)
				}
			}
		}
	})
}
