package inventory

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

var (
	pay  = catalog.MakeRef("component", "", "pay")
	shop = catalog.MakeRef("component", "", "shop")
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// factsOf scans files as a component's tree.
func factsOf(t *testing.T, ref catalog.Ref, files map[string]string) memory {
	t.Helper()
	r, err := Scan(t.Context(), newTree(t, ".", files), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r.Facts(ref, noon)
}

func TestFacts(t *testing.T) {
	facts := factsOf(t, pay, map[string]string{
		".nvmrc":             "20\n",
		"package.json":       `{"engines": {"node": ">=18"}, "dependencies": {"react": "^18.2.0", "react-dom": "^18.3.0", "left-pad": "1.3.0"}}`,
		"admin/package.json": `{"dependencies": {"react": "17.0.2"}}`,
		"e2e/package.json":   `{"devDependencies": {"react": "18.2.0"}}`,
		"yarn.lock":          "express@^4:\n  version \"4.18.2\"\n",
		"Dockerfile":         "FROM node:18-alpine\n",
		"broken/pom.xml":     "<project>",
	})
	var keys []string
	for _, f := range facts {
		if f.Entity != pay || f.Producer != Producer || !f.AsOf.Equal(noon) || f.Value == "" || f.Source == "" {
			t.Errorf("incomplete fact %+v", f)
		}
		keys = append(keys, f.Key)
	}
	want := []string{"pkg/docker/node", "pkg/npm/left-pad", "pkg/npm/react", "pkg/npm/react-dom", "scan", "tech/javascript", "tech/node", "tech/react", "via/express"}
	if !slices.Equal(keys, want) {
		t.Errorf("keys %q, want %q", keys, want)
	}
	versions := func(what string) string {
		var out []string
		for _, u := range Of(facts, pay, what) {
			out = append(out, u.Version()+"@"+u.where())
		}
		return strings.Join(out, " ")
	}
	for what, want := range map[string]string{
		"node":                      "20@.nvmrc:1",                                       // the version file beats engines and image
		"react":                     "18.2.0@package.json:1 17.0.2@admin/package.json:1", // react-dom's and the tests' are left out
		"express":                   "4.18.2@yarn.lock:1",                                // only pulled in
		PackageKey(NPM, "left-pad"): "1.3.0@package.json:1",
		"django":                    "",
	} {
		if got := versions(what); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	scan, asOf, ok := ScanOf(facts, pay)
	if !ok || !asOf.Equal(noon) || scan.State != StateRead || len(scan.Problems) != 1 || scan.Problems[0].File != "broken/pom.xml" || scan.Print == "" {
		t.Errorf("scan %+v, %v, %v", scan, asOf, ok)
	}
	if got := All(facts, pay); len(got) != 3 || got[0].Tech != "javascript" || got[2].Tech != "react" {
		t.Errorf("All: %+v", got)
	}
}

func TestFleetAndCover(t *testing.T) {
	facts := factsOf(t, pay, map[string]string{"go.mod": "module x\ngo 1.22\nrequire google.golang.org/grpc v1.9.0\n"})
	facts = append(facts, factsOf(t, shop, map[string]string{
		"pom.xml":  "<project><dependencies><dependency><groupId>io.grpc</groupId><artifactId>grpc-netty</artifactId><version>1.65.1</version></dependency></dependencies></project>",
		"a/go.mod": "module a\nrequire google.golang.org/grpc v1.10.0\n",
		"b/go.mod": "module b\nrequire google.golang.org/grpc v1.10.0\n",
	})...)
	empty := catalog.MakeRef("component", "", "empty")
	facts = append(facts, factsOf(t, empty, map[string]string{"README.md": "hello"})...)
	lost := catalog.MakeRef("component", "", "lost")
	facts = append(facts, Result{Scanned: Scanned{State: StateNoSource}}.Facts(lost, noon.Add(time.Hour))...)
	var got []string
	for _, u := range Fleet(facts, "grpc") {
		got = append(got, u.Entity.Name+" "+u.Version())
	}
	if want := []string{"shop 1.65.1", "shop 1.10.0", "pay 1.9.0"}; !slices.Equal(got, want) {
		t.Errorf("Fleet: %q, want %q", got, want)
	}
	first := []Use{{Item: Item{Ecosystem: PyPI}}}
	if newestFirst(first)("2.0rc1", "2.0") <= 0 || newestFirst(first)("1!1.0", "2.0") >= 0 {
		t.Error("a pre-release or an epoch of Python is out of order")
	}
	mixed := newestFirst([]Use{{Item: Item{Ecosystem: Go}}, {Item: Item{Ecosystem: Maven}}})
	if mixed("1.10.0", "1.9.0") >= 0 || mixed("", "1.9.0") <= 0 || mixed("2.0.0-rc1", "2.0.0") <= 0 || mixed("1.22", "1.22") != 0 {
		t.Error("versions of several ecosystems are out of order")
	}
	c := Cover(facts, nil)
	if c.Read != 2 || c.Empty != 1 || c.Unread != 1 || !c.Oldest.Equal(noon) || !c.Newest.Equal(noon.Add(time.Hour)) {
		t.Errorf("Cover: %+v", c)
	}
	if c := Cover(facts, func(r catalog.Ref) bool { return r == pay }); c.Read != 1 || c.Empty != 0 {
		t.Errorf("Cover of one: %+v", c)
	}
}

func TestPackageKey(t *testing.T) {
	for _, p := range []string{"react", "@angular/core", "io.grpc:grpc-netty", "github.com/a/b/v2"} {
		e, pkg, ok := ParsePackageKey(PackageKey(NPM, p))
		if e != NPM || pkg != p || !ok {
			t.Errorf("%s became %s %s %v", p, e, pkg, ok)
		}
	}
	if _, _, ok := ParsePackageKey("tech/react"); ok {
		t.Error("tech/react is no package key")
	}
}

func TestDecodeRefusesOthers(t *testing.T) {
	for _, f := range []catalog.Fact{
		{Producer: "docs", Key: "tech/react", Value: "[]"}, {Producer: Producer, Key: KeyScan, Value: "{}"}, {Producer: Producer, Key: "tech/react", Value: "{"},
	} {
		if _, err := DecodeFact(f); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, f := range []catalog.Fact{{Producer: "docs", Key: KeyScan, Value: "{}"}, {Producer: Producer, Key: "tech/x", Value: "{}"}, {Producer: Producer, Key: KeyScan, Value: "["}} {
		if _, err := DecodeScan(f); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	broken := memory{{Entity: pay, Producer: Producer, Key: "tech/react", Value: "nonsense"}, {Entity: pay, Producer: Producer, Key: KeyScan, Value: "nonsense"}}
	if Of(broken, pay, "react") != nil || Cover(broken, nil) != (Coverage{}) {
		t.Error("a fact that cannot be read was used")
	}
}
