// Package propose drafts a descriptor for a component that has none, from what its repository says. A proposal is text
// for a person to read, correct and commit; nothing enters the catalog by it. Every guess says where it comes from.
//
// Repositories are foreign input: sizes are bounded, what cannot be read is left out, and every value is quoted so that
// it cannot become anything but a value.
package propose

import (
	"context"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// The bounds of a proposal.
const (
	maxManifest    = 1 << 20 // bytes
	maxDescription = 300     // characters
	maxName        = 63
	maxTags        = 10
)

// NoOwner is the owner of a proposal whose repository names none; a descriptor without any is not valid.
const NoOwner = "unknown"

// Options of a proposal.
type Options struct {
	// Tree is the repository, or the folder of one.
	Tree scm.Tree
	// Owners finds whom a CODEOWNERS file means; nil: ingest.OwnersByName.
	Owners ingest.OwnerLookup
	// GitHub and GitLab are the hosts that are one, beside github.com and gitlab.com.
	GitHub, GitLab []string
}

// Proposal is a drafted descriptor.
type Proposal struct {
	Text     []byte // YAML with comments
	Existing string // the descriptor that is there already; empty: none
	Owned    bool   // the repository names an owner
}

// value is something that was guessed, and where it comes from.
type value struct{ text, from string }

// draft is what is known so far.
type draft struct {
	o      Options
	repo   fs.FS  // the repository
	dir    string // of the tree in it
	where  string // the tree's web address, else its path
	remote remote

	manifest    manifest
	items       []inventory.Item
	name        value
	description value
	kind        value
	owner       value
	tags        []value
	notes       []annotation
}

type annotation struct {
	key string
	value
}

// Component drafts the descriptor of a component. It is an error when the tree cannot be read.
func Component(ctx context.Context, o Options) (Proposal, error) {
	if o.Owners == nil {
		o.Owners = ingest.OwnersByName
	}
	d := &draft{o: o, repo: o.Tree, dir: ".", where: o.Tree.Where()}
	if n, ok := o.Tree.(scm.Nested); ok {
		d.repo, d.dir = n.Repository()
	}
	found, err := inventory.Scan(ctx, o.Tree, inventory.Options{})
	if err != nil {
		return Proposal{}, err
	}
	d.items = found.Items
	d.remote = d.findRemote()
	d.manifest = readManifests(o.Tree)
	d.guessName()
	d.guessDescription()
	d.guessTags()
	d.guessType()
	d.guessOwner()
	d.guessAnnotations()
	p := Proposal{Text: d.write(), Owned: d.owner.text != NoOwner}
	for _, name := range []string{"catalog-info.yaml", "catalog-info.yml"} {
		if d.has(name) {
			p.Existing = name
			break
		}
	}
	if docs := descriptor.Read("catalog-info.yaml", p.Text, descriptor.Options{}); !descriptor.Valid(docs) {
		return p, fault.New(fault.Internal, "the proposal for %s is not a valid descriptor", d.where)
	}
	return p, nil
}

// has reports whether the tree has a file or folder.
func (d *draft) has(name string) bool {
	_, err := fs.Stat(d.o.Tree, name)
	return err == nil
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// nameOf makes a text fit metadata.name: letters and digits, separated by single dashes; "" when nothing is left.
func nameOf(s string) string {
	s = strings.Trim(notInNames.ReplaceAllString(s, "-"), "-")
	return strings.Trim(s[:min(len(s), maxName)], "-")
}

// guessName takes the name of the folder in a monorepo, of the repository, or of the manifest, whichever says something first.
func (d *draft) guessName() {
	for _, v := range []value{
		{path.Base("/" + d.dir), "the folder"}, {d.remote.repo, "the repository"}, {path.Base(d.where), "the folder"},
		{path.Base(d.manifest.name.text), d.manifest.name.from},
	} {
		if v.text = strings.ToLower(nameOf(v.text)); v.text != "" {
			d.name = v
			return
		}
	}
	d.name = value{"unnamed", "nothing says how it is called"}
}

// guessDescription takes what the manifest says, or else the beginning of the README.
func (d *draft) guessDescription() {
	d.description = d.manifest.description
	if d.description.text == "" {
		d.description = readme(d.o.Tree)
	}
	d.description.text = line(d.description.text, maxDescription)
}

// line makes a text one line of at most so many characters.
func line(s string, most int) string {
	s = strings.Join(strings.Fields(printable(s)), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	r := []rune(s)[:most-1]
	if i := strings.LastIndexByte(string(r), ' '); i > most/2 {
		return string(r)[:i] + "…"
	}
	return string(r) + "…"
}

var notInTags = regexp.MustCompile(`[^a-z0-9+#]+`)

// guessTags takes the languages and frameworks that the code asks for itself, each once.
func (d *draft) guessTags() {
	for _, i := range d.items {
		if i.Tech == "" || i.Dev || i.Indirect || i.Kind != inventory.Language && i.Kind != inventory.Framework && !userInterface(i.Tech) {
			continue
		}
		tag := strings.Trim(notInTags.ReplaceAllString(strings.ToLower(i.Tech), "-"), "-")
		known := slices.ContainsFunc(d.tags, func(v value) bool { return v.text == tag })
		if tag != "" && len(tag) <= maxName && !known && len(d.tags) < maxTags {
			d.tags = append(d.tags, value{tag, i.File})
		}
	}
}
