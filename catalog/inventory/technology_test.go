package inventory

import (
	"regexp"
	"strings"
	"testing"
)

func TestTechnologiesFile(t *testing.T) {
	table, err := ParseTable("technologies.yaml", technologiesYAML)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(table.Technologies()); n < 300 {
		t.Errorf("the table has %d technologies, want several hundred", n)
	}
	ecosystems := map[Ecosystem]bool{Maven: true, Gradle: true, NPM: true, PyPI: true, Go: true, RubyGems: true, Cargo: true,
		Composer: true, NuGet: true, Pub: true, Swift: true, Hex: true, Docker: true, Runtime: true}
	ids, names := map[string]bool{}, map[string]string{}
	id := regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	for _, tech := range table.Technologies() {
		if !id.MatchString(tech.ID) || ids[tech.ID] {
			t.Errorf("%q is not a new id", tech.ID)
		}
		ids[tech.ID] = true
		if len(tech.Packages) == 0 {
			t.Errorf("%s: no packages", tech.ID)
		}
		for _, alias := range append([]string{strings.ToLower(tech.Name)}, tech.Aliases...) {
			if alias != strings.ToLower(strings.TrimSpace(alias)) {
				t.Errorf("%s: alias %q is not lower case", tech.ID, alias)
			}
			if other := names[alias]; other != "" && other != tech.ID {
				t.Errorf("%q is a name of %s and of %s", alias, other, tech.ID)
			}
			names[alias] = tech.ID
		}
		for eco, packages := range tech.Packages {
			if !ecosystems[eco] {
				t.Errorf("%s: %q is not an ecosystem", tech.ID, eco)
			}
			for _, p := range packages {
				switch {
				case (eco == PyPI || eco == NuGet || eco == Docker || eco == Swift) && p != strings.ToLower(p):
					t.Errorf("%s: %s is not canonical", tech.ID, p)
				case eco == Maven && !strings.Contains(p, ":") && !strings.HasSuffix(p, "*"):
					t.Errorf("%s: %s is not group:artifact", tech.ID, p)
				case eco == PyPI && p != pyName(strings.TrimSuffix(p, "*")) && !strings.HasSuffix(p, "*"):
					t.Errorf("%s: %s is not normalised", tech.ID, p)
				}
			}
		}
	}
}
