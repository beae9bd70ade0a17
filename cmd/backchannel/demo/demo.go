// Package demo holds the sample company that the demo starts with, as one archive inside the binary: a plain embed
// would drop nested Go modules and dot files.
package demo

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

//go:generate go run ./pack ../testdata/demo demo.zip
//go:embed demo.zip
var archive []byte

// Config is the path of the configuration inside the unpacked folder.
const Config = "backchannel.yaml"

// maxFile bounds one unpacked file; the archive is ours, the bound keeps a damaged one from filling the disk.
const maxFile = 8 << 20

// Unpack writes the sample company into dir, which must exist, with the manual of this program as one of its
// repositories.
func Unpack(dir string) error {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return fault.Wrap(fault.Internal, err, "open the demo archive")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "unpack the demo company")
	}
	defer root.Close()
	for _, f := range r.File {
		if err := unpack(root, f); err != nil {
			return fault.Wrap(fault.Internal, err, "unpack %s", f.Name)
		}
	}
	return fault.Wrap(fault.Internal, writeHandbook(root), "unpack the handbook")
}

func unpack(root *os.Root, f *zip.File) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxFile))
	if err != nil {
		return err
	}
	return write(root, f.Name, data)
}

// Pack returns a deterministic archive of the regular files below dir: sorted by name, without times or modes.
func Pack(dir string) ([]byte, error) {
	var names []string
	fsys := os.DirFS(dir)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, path.Clean(name))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
