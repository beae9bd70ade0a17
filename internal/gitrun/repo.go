package gitrun

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Head is where a branch or tag stands.
type Head struct {
	Branch string // the name; of the default branch when none was asked for
	Commit string
}

// Head asks a repository for the commit of a branch or tag, or of its default branch when ref is empty.
func (r *Runner) Head(ctx context.Context, at Address, cred Credential, ref string) (Head, error) {
	want := []string{"HEAD"}
	if ref != "" {
		if err := CheckRef(ref); err != nil {
			return Head{}, err
		}
		want = []string{"refs/heads/" + ref, "refs/tags/" + ref, "refs/tags/" + ref + "^{}"}
	}
	if err := r.allowed(at); err != nil {
		return Head{}, err
	}
	args := append([]string{"ls-remote", "--symref", "--quiet", "--", at.String()}, want...)
	out, err := r.Run(ctx, Cmd{Dir: tempDir(), Args: args, At: at, Credential: cred})
	if err != nil {
		return Head{}, err
	}
	refs, err := parseRefs(out)
	if err != nil {
		return Head{}, err
	}
	for _, name := range []string{"refs/heads/" + ref, "refs/tags/" + ref + "^{}", "refs/tags/" + ref} {
		if id := refs.ids[name]; id != "" && ref != "" {
			return Head{ref, id}, nil
		}
	}
	if id := refs.ids["HEAD"]; id != "" && ref == "" {
		return Head{refs.head, id}, nil
	}
	if ref == "" {
		return Head{}, fault.New(fault.NotFound, "%s lists no branches: it is empty or not a repository", at)
	}
	return Head{}, fault.New(fault.NotFound, "%s has no branch or tag %s", at, ref)
}

func (r *Runner) allowed(at Address) error {
	if at.Scheme == "http" && !r.plain(at.Host) {
		return fault.New(fault.Forbidden, "%s is not encrypted; http has to be allowed for this host", at)
	}
	return nil
}

// Clone makes a bare repository at dir, which must not exist, that holds the newest commit of a branch, without the
// contents of files where the server can leave them out: these are fetched when they are read. The repository may
// grow to maxDisk bytes.
func (r *Runner) Clone(ctx context.Context, at Address, cred Credential, ref, dir string, maxDisk int64) error {
	if err := r.allowed(at); err != nil {
		return err
	}
	dir, err := filepath.Abs(dir) // git runs elsewhere
	if err != nil {
		return fault.Wrap(fault.Internal, err, "find the folder of a clone")
	}
	args := []string{
		"clone", "--bare", "--quiet", "--template=", "--depth=1", "--single-branch", "--no-tags", "--no-recurse-submodules",
		"--filter=blob:none",
	}
	if ref != "" {
		if err := CheckRef(ref); err != nil {
			return err
		}
		args = append(args, "--branch="+ref)
	}
	_, err = r.Run(ctx, Cmd{
		Dir: filepath.Dir(dir), Args: append(args, "--", at.String(), dir), At: at, Credential: cred, Grow: dir, MaxDisk: maxDisk,
	})
	return err
}

// Fetch brings objects into a repository that Clone made: a commit, without the contents of files, or the contents
// themselves.
func (r *Runner) Fetch(ctx context.Context, at Address, cred Credential, dir string, maxDisk int64, ids ...string) error {
	if err := r.allowed(at); err != nil {
		return err
	}
	for _, id := range ids {
		if !IsID(id) {
			return fault.New(fault.Invalid, "%q is not an object id", clip(id))
		}
	}
	_, err := r.Run(ctx, Cmd{
		Dir: dir, At: at, Credential: cred, Grow: dir, MaxDisk: maxDisk, Stdin: []byte(strings.Join(ids, "\n") + "\n"),
		Args: []string{
			"-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules",
			"--no-write-fetch-head", "--no-auto-gc", "--filter=blob:none", "--stdin", "origin",
		},
	})
	return err
}

// Has reports whether a repository has a commit with the tree of its top folder.
func (r *Runner) Has(ctx context.Context, dir, commit string) bool {
	if !IsID(commit) {
		return false
	}
	out, err := r.Run(ctx, Cmd{Dir: dir, Args: []string{"rev-parse", "--quiet", "--verify", "--end-of-options", commit + "^{tree}"}})
	return err == nil && IsID(string(bytes.TrimSpace(out)))
}

// Mode is what an entry of a tree is.
type Mode byte

// The modes of entries. Submodules are left out.
const (
	File Mode = 'f'
	Link Mode = 'l' // a symbolic link; its content is where it points
)

// Entry is one file of a commit.
type Entry struct {
	Path string // from the top, with slashes; any bytes but NUL
	ID   string // of the content
	Mode Mode
	Exec bool // it is a program
}

// Files lists the files of a commit in the order of git. More than most are an error of kind fault.Invalid.
func (r *Runner) Files(ctx context.Context, dir, commit string, most int) ([]Entry, error) {
	if !IsID(commit) {
		return nil, fault.New(fault.Invalid, "%q is not an object id", clip(commit))
	}
	out, err := r.Run(ctx, Cmd{Dir: dir, Args: []string{"ls-tree", "-r", "-z", "--full-tree", commit}})
	if err != nil {
		return nil, err
	}
	return parseTree(out, most)
}

// Missing returns those of the given contents, of files of a commit, that a repository which Clone made does not have
// yet. Nothing is fetched.
func (r *Runner) Missing(ctx context.Context, dir, commit string, ids []string) ([]string, error) {
	if !IsID(commit) {
		return nil, fault.New(fault.Invalid, "%q is not an object id", clip(commit))
	}
	out, err := r.Run(ctx, Cmd{
		Dir: dir, Args: []string{"rev-list", "--objects", "--no-object-names", "--missing=print", "--max-count=1", commit, "--"},
	})
	if err != nil {
		return nil, err
	}
	missing := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "?"); ok {
			missing[id] = true
		}
	}
	var wanted []string
	for _, id := range ids {
		if missing[id] {
			wanted = append(wanted, id)
			delete(missing, id) // once is enough
		}
	}
	return wanted, nil
}
