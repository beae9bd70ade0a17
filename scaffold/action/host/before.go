package host

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// The bounds of what a plan reads of a repository, in files, bytes and time.
const (
	beforeFiles = 200
	beforeFile  = 128 << 10
	beforeAll   = 4 << 20
	beforeFor   = 15 * time.Second
)

// before adds to a plan what files take the place of in a repository. The addresses are tried in order: a branch that is
// added to, then the one that it is for. Where nothing can be read, the plan says so.
func (p *publisher) before(ctx context.Context, planned *scaffold.Planned, repo string, list []file, addresses ...string) error {
	if p.o.Trees == nil {
		planned.Notes = append(planned.Notes, "what is in "+repo+" is not read here: files are shown whole")
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, beforeFor)
	defer cancel()
	var tree scm.Tree
	var err error
	for _, address := range addresses {
		if tree, err = p.o.Trees.Open(limited, address); err == nil {
			break
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		planned.Notes = append(planned.Notes, "what is in "+repo+" cannot be read, so that files are shown whole: "+clip(err.Error()))
		return nil
	}
	readBefore(limited, planned, repo, list, tree)
	err = ctx.Err()
	if closed := tree.Close(); err == nil {
		err = closed
	}
	return err
}

// readBefore reads the files of a repository that a list replaces, as far as there is room.
func readBefore(ctx context.Context, planned *scaffold.Planned, repo string, list []file, tree scm.Tree) {
	planned.Before = map[string][]byte{}
	left, passed := beforeAll, 0
	for i, f := range list {
		if i == beforeFiles || left <= 0 || ctx.Err() != nil {
			passed += len(list) - i
			break
		}
		data, err := scm.ReadFile(tree, f.path, beforeFile)
		switch {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			passed++
		default:
			planned.Before[f.from], left = data, left-len(data)
		}
	}
	if passed > 0 {
		planned.Notes = append(planned.Notes, "of "+count(passed, "file")+" it is not known what they replace in "+repo+": they are shown whole")
	}
}
