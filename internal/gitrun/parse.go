package gitrun

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func tempDir() string { return os.TempDir() }

// refs is what ls-remote prints.
type refs struct {
	ids  map[string]string // by name
	head string            // the branch that HEAD stands for
}

func parseRefs(out []byte) (refs, error) {
	r := refs{ids: map[string]string{}}
	for line := range strings.Lines(string(out)) {
		left, name, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		if !ok {
			return r, fault.New(fault.Upstream, "the repository lists its branches in a form that cannot be read")
		}
		if target, symbolic := strings.CutPrefix(left, "ref: "); symbolic {
			if branch, ok := strings.CutPrefix(target, "refs/heads/"); ok && name == "HEAD" && CheckRef(branch) == nil {
				r.head = branch
			}
			continue
		}
		if !IsID(left) {
			return r, fault.New(fault.Upstream, "the repository lists its branches in a form that cannot be read")
		}
		r.ids[name] = left
	}
	return r, nil
}

// parseTree reads what ls-tree -r -z prints: "mode SP type SP id TAB path NUL".
func parseTree(out []byte, most int) ([]Entry, error) {
	var entries []Entry
	for len(out) > 0 {
		end := bytes.IndexByte(out, 0)
		if end < 0 {
			return nil, errTree()
		}
		head, name, ok := strings.Cut(string(out[:end]), "\t")
		out = out[end+1:]
		part := strings.Split(head, " ")
		if !ok || len(part) != 3 || !IsID(part[2]) || name == "" {
			return nil, errTree()
		}
		e := Entry{Path: name, ID: part[2]}
		switch {
		case part[1] != "blob":
			continue // a submodule
		case part[0] == "120000":
			e.Mode = Link
		default:
			e.Mode, e.Exec = File, part[0] == "100755"
		}
		if len(entries) == most {
			return nil, fault.New(fault.Invalid, "the repository has more than %d files", most)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func errTree() error {
	return fault.New(fault.Upstream, "the repository lists its files in a form that cannot be read")
}

// parseObject reads the line with which cat-file --batch announces an object.
func parseObject(line string) (size int64, kind string, err error) {
	part := strings.Fields(line)
	if len(part) == 2 && part[1] == "missing" {
		return 0, "", fault.New(fault.NotFound, "the repository does not have this version of the file")
	}
	if len(part) != 3 || !IsID(part[0]) {
		return 0, "", fault.New(fault.Upstream, "the repository has an object that cannot be read")
	}
	size, err = strconv.ParseInt(part[2], 10, 64)
	if err != nil || size < 0 {
		return 0, "", fault.New(fault.Upstream, "the repository has an object that cannot be read")
	}
	return size, part[1], nil
}
