package scaffold

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Archive writes the files and folders of the workspace to out, as a gzipped tar whose bytes depend on nothing else.
func (w *Workspace) Archive(ctx context.Context, out io.Writer) error {
	z := gzip.NewWriter(out)
	t := tar.NewWriter(z)
	err := w.Walk(".", func(e Entry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return w.pack(t, e)
	})
	return errors.Join(err, t.Close(), z.Close())
}

func (w *Workspace) pack(t *tar.Writer, e Entry) error {
	h := &tar.Header{Name: e.Path, Mode: int64(e.Mode.Perm()), Size: e.Size, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
	if e.Mode.IsDir() {
		h.Name, h.Typeflag = e.Path+"/", tar.TypeDir
	}
	if err := t.WriteHeader(h); err != nil {
		return fault.Wrap(fault.Internal, err, "keep %s", e.Path)
	}
	if e.Mode.IsDir() {
		return nil
	}
	f, _, err := w.open(e.Path)
	if err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return fault.Wrap(fault.Internal, errors.Join(err, f.Close()), "keep %s", e.Path)
}

// Restore fills an empty workspace from an archive.
func (w *Workspace) Restore(ctx context.Context, in io.Reader) error {
	z, err := gzip.NewReader(in)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "read the kept files of a run")
	}
	t := tar.NewReader(z)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.Wrap(fault.Internal, err, "read the kept files of a run")
		}
		if h.Typeflag == tar.TypeDir {
			err = w.Mkdir(h.Name)
		} else {
			err = w.Create(h.Name, t, fs.FileMode(h.Mode))
		}
		if err != nil {
			return err
		}
	}
}
