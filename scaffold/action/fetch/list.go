package fetch

import (
	"context"
	"io/fs"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// item is a file or folder of a source.
type item struct {
	path string // with slashes; that of a folder ends with one
	mode fs.FileMode
}

// maxItems bounds what one source may have.
const maxItems = 20_000

// list lists everything below a folder of a source, folders before what is in them, in the order of their names.
// Folders of git are passed over; a symbolic link is an error of kind fault.Forbidden, since where it would lead in the
// new repository nobody looked at.
func list(ctx context.Context, files fs.FS) ([]item, error) {
	var out []item
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return missing(err, name)
		case ctx.Err() != nil:
			return ctx.Err()
		case name == ".":
			return nil
		case strings.EqualFold(d.Name(), ".git"):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case len(out) == maxItems:
			return fault.New(fault.Invalid, "there are more than %d files and folders to fetch", maxItems)
		case d.IsDir():
			out = append(out, item{name + "/", d.Type()})
		case d.Type()&fs.ModeSymlink != 0:
			return fault.New(fault.Forbidden, "%s is a symbolic link, which is not fetched", clip(name))
		case d.Type().IsRegular():
			out = append(out, item{name, 0})
		default:
			return fault.New(fault.Forbidden, "%s is neither a file nor a folder", clip(name))
		}
		return nil
	})
	return out, err
}

// below is a path inside a target folder of the workspace. One that climbs out of the folder is an error of kind
// fault.Forbidden.
func below(target, name string) (string, error) {
	clean := path.Clean(name)
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", fault.New(fault.Forbidden, "the path %q leads out of %s", clip(name), clip(target))
	}
	return path.Join(target, clean), nil
}
