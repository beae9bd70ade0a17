package ingest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/codeowners"
)

// OwnerLookup finds the entity that a CODEOWNERS file means by @user, @org/team or an e-mail address. ok is false when
// the catalog has none.
type OwnerLookup func(handle string) (ref catalog.Ref, ok bool)

// OwnersByName takes a team for the Group of its last name, a person for the User of that login, and knows no e-mail
// addresses.
func OwnersByName(handle string) (catalog.Ref, bool) {
	name, ok := strings.CutPrefix(handle, "@")
	if !ok || strings.HasPrefix(name, "@") {
		return catalog.Ref{}, false
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return catalog.MakeRef("Group", "", name[i+1:]), true
	}
	return catalog.MakeRef("User", "", name), true
}

// CodeOwners is the CODEOWNERS file of the repository that a descriptor lies in.
type CodeOwners struct {
	Name   string // of the file in the repository; empty: there is none
	Data   []byte
	Path   string // of the descriptor in the repository
	Flavor codeowners.Flavor
}

// Keeper is implemented by places that find a repository's CODEOWNERS file themselves. For others it is looked for
// through Options.Trees.
type Keeper interface {
	// CodeOwners returns the file for a descriptor; the zero value and no error when the repository has none.
	CodeOwners(ctx context.Context, descriptor string) (CodeOwners, error)
}

// FindCodeOwners looks for the file where the hosts do. Without being told whose rules it follows, a file in .gitlab
// or with sections is GitLab's.
func FindCodeOwners(repository fs.FS, flavor *codeowners.Flavor) (name string, data []byte, f codeowners.Flavor, err error) {
	for _, f := range []codeowners.Flavor{codeowners.GitHub, codeowners.GitLab} {
		if flavor != nil && f != *flavor {
			continue
		}
		for _, name := range f.Files() {
			data, err := scm.ReadFile(repository, name, codeowners.MaxBytes)
			switch {
			case err == nil && flavor == nil:
				return name, data, codeowners.Detect(name, data), nil
			case err == nil:
				return name, data, f, nil
			case !absent(err):
				return "", nil, f, fault.Wrap(fault.KindOf(err), err, "%s", name)
			}
		}
	}
	return "", nil, 0, nil
}

// absent tells a file that is not there from one that is and cannot be read.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) }

// codeOwners finds the file for a descriptor.
func (e *Engine) codeOwners(ctx context.Context, address string) (CodeOwners, error) {
	if k, ok := e.place(address).(Keeper); ok {
		return k.CodeOwners(ctx, address)
	}
	if e.opt.Trees == nil {
		return CodeOwners{}, nil
	}
	folder, name := filepath.Split(filepath.FromSlash(address))
	if IsWeb(address) {
		i := strings.LastIndexByte(address, '/') + 1
		folder, name = address[:i], address[i:]
		if n, err := url.PathUnescape(name); err == nil {
			name = n
		}
	}
	ctx, cancel := context.WithTimeout(ctx, treeTimeout)
	defer cancel()
	tree, err := e.opt.Trees.Open(ctx, cmp.Or(folder, "."))
	if err != nil {
		if Missing(err) {
			err = nil
		}
		return CodeOwners{}, err
	}
	defer tree.Close()
	n, ok := tree.(scm.Nested)
	if !ok {
		return CodeOwners{}, nil
	}
	repo, dir := n.Repository()
	file, data, flavor, err := FindCodeOwners(repo, nil)
	return CodeOwners{Name: file, Data: data, Path: path.Join(dir, name), Flavor: flavor}, err
}

// parsedOwners is the CODEOWNERS file that was parsed last: in a monorepo many descriptors ask for the same one.
type parsedOwners struct {
	mu     sync.Mutex
	sum    [32]byte
	flavor codeowners.Flavor
	file   *codeowners.File
}

func (p *parsedOwners) parse(sum [32]byte, f CodeOwners) *codeowners.File {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == nil || p.sum != sum || p.flavor != f.Flavor {
		p.sum, p.flavor, p.file = sum, f.Flavor, codeowners.Parse(f.Data, f.Flavor)
	}
	return p.file
}

// inferred is what an entry owes to its CODEOWNERS file.
type inferred struct {
	sum  [32]byte // of the file; zero: there is none, or it cannot be read
	open bool     // somebody was named whom the catalog did not know then
	err  error    // why the file cannot be read
	// names are the owners that were found: the catalog may know others later though no file changed.
	names []string
}

// infer finds the owner of the documents of a descriptor that name none. The first one named whom the catalog knows
// counts, teams before people.
func (e *Engine) infer(ctx context.Context, en *entry, address string) (owner, note string) {
	if en.owners == nil {
		en.owners = &inferred{}
	}
	defer func() { en.owners.names = append(en.owners.names, owner) }()
	file, err := e.codeOwners(ctx, address)
	if en.owners.err = err; err != nil || file.Name == "" {
		return "", ""
	}
	en.owners.sum = sha256.Sum256(file.Data)
	var person string
	for _, m := range e.owners.parse(en.owners.sum, file).Owners(file.Path) {
		for _, handle := range m.Owners {
			ref, ok := e.opt.Owners(handle)
			switch {
			case !ok:
				en.owners.open = true
				continue
			case ref.Kind != "group" && person != "":
				continue
			}
			owner, note = ref.String(), fmt.Sprintf("the descriptor names no owner; %s is from %s, line %d", handle, file.Name, m.Line)
			if ref.Kind == "group" {
				return owner, note
			}
			person = owner
		}
	}
	return owner, note
}

// ownersProblem is what is wrong with the CODEOWNERS file that documents without an owner need.
func (en *entry) ownersProblem() (catalog.Problem, bool) {
	if en.owners == nil || en.owners.err == nil {
		return catalog.Problem{}, false
	}
	return catalog.Problem{
		Code: catalog.ProblemUnreadable, Field: "spec.owner",
		Message: "the descriptor names no owner, and the repository's CODEOWNERS cannot be read: " + Reason(en.owners.err),
	}, true
}

// ownersSame reports whether the CODEOWNERS file that an entry depends on says what it said.
func (e *Engine) ownersSame(ctx context.Context, address string, was *entry) bool {
	if was.owners == nil {
		return true
	}
	if was.owners.open || was.owners.err != nil {
		return false // the catalog may know them by now, or the file be there
	}
	file, err := e.codeOwners(ctx, address)
	if fault.Is(err, fault.Upstream) {
		return true // it cannot be looked at now
	}
	if err != nil {
		return false // which is to be told
	}
	sum := [32]byte{}
	if file.Name != "" {
		sum = sha256.Sum256(file.Data)
	}
	return sum == was.owners.sum
}
