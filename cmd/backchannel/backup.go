package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

type backupCmd struct {
	File string `arg:"" help:"The archive to write; it must not exist."`
}

type restoreCmd struct {
	File  string `arg:"" help:"An archive that backup wrote."`
	Force bool   `help:"Replace a store that holds something."`
}

// A backup is a gzipped tar of these members: what it is, the database, and the keys without which parts of the
// database mean nothing. Everything else in the data folder can be made again.
const (
	memberAbout    = "backup.json"
	memberDatabase = "database"
	backupFormat   = 1
)

// keyFiles are the files of the data folder that belong to the database.
func keyFiles() []string { return []string{"store.key", "button.keys"} }

// aboutBackup is the first member of an archive.
type aboutBackup struct {
	Format  int       `json:"format"`
	Store   string    `json:"store"` // sqlite or postgres
	Made    time.Time `json:"made"`
	Version string    `json:"version"`
}

// storeKind is the sort of database that a URL names.
func storeKind(url string) string {
	kind, _, _ := strings.Cut(url, ":")
	return strings.Replace(kind, "postgresql", "postgres", 1)
}

// Run copies the store while it is in use and packs it with its keys.
func (c *backupCmd) Run(s *session) (err error) {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); err == nil {
		return fault.At(fault.Position{File: c.File}, "the file is there already")
	}
	dir, err := os.MkdirTemp(filepath.Dir(c.File), ".backup-*") // beside it: the copy may be large, and /tmp small
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "write the backup")
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, memberDatabase)
	if err := store.Dump(s.ctx, cfg.Store.URL, copied); err != nil {
		return err
	}
	part := filepath.Join(dir, "archive")
	if err := pack(s.ctx, part, cfg, copied); err != nil {
		return fault.Wrap(fault.Invalid, err, "write the backup")
	}
	if err := os.Rename(part, c.File); err != nil {
		return fault.Wrap(fault.Invalid, err, "write the backup")
	}
	if !s.Quiet {
		fmt.Fprintf(s.out, "Written to %s. It holds keys: keep it as safe as the store.\n", c.File)
	}
	return nil
}

// pack writes the archive and flushes it to the disk.
func pack(ctx context.Context, to string, cfg *config.Config, database string) error {
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(f)
	t := tar.NewWriter(z)
	about, err := json.Marshal(aboutBackup{backupFormat, storeKind(cfg.Store.URL), time.Now().UTC(), thisBuild().Version})
	if err == nil {
		err = t.WriteHeader(&tar.Header{Name: memberAbout, Mode: 0o600, Size: int64(len(about))})
	}
	if err == nil {
		_, err = t.Write(about)
	}
	if err == nil {
		err = packFile(t, memberDatabase, database)
	}
	for _, name := range keyFiles() {
		if e := packFile(t, name, filepath.Join(cfg.Store.DataDir, name)); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return errors.Join(err, ctx.Err(), t.Close(), z.Close(), f.Sync(), f.Close())
}

func packFile(t *tar.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}

// Run unpacks an archive and puts the database and the keys in place.
func (c *restoreCmd) Run(s *session) error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	if now, err := store.Look(s.ctx, cfg.Store.URL); err == nil && now.Exists && !c.Force {
		return fault.New(fault.Invalid, "the store holds something already; --force replaces it")
	}
	if err := os.MkdirAll(cfg.Store.DataDir, 0o700); err != nil {
		return fault.Wrap(fault.Invalid, err, "make the data folder")
	}
	dir, err := os.MkdirTemp(cfg.Store.DataDir, ".restore-*")
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "unpack the backup")
	}
	defer os.RemoveAll(dir)
	about, err := unpack(c.File, dir)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "%s is no backup that can be restored", c.File)
	}
	if kind := storeKind(cfg.Store.URL); about.Store != kind {
		return fault.New(fault.Invalid, "the backup is of %s and store.url is %s; a backup goes back to where it came from", about.Store, kind)
	}
	path, isFile := strings.CutPrefix(cfg.Store.URL, "sqlite:")
	if isFile {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fault.Wrap(fault.Invalid, err, "make the folder of the database")
		}
	}
	if err := store.Load(s.ctx, cfg.Store.URL, filepath.Join(dir, memberDatabase)); err != nil {
		return err
	}
	for _, name := range keyFiles() {
		err := os.Rename(filepath.Join(dir, name), filepath.Join(cfg.Store.DataDir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fault.Wrap(fault.Invalid, err, "put the keys in place")
		}
	}
	if err := handOver(cfg.Store.DataDir, path, isFile); err != nil {
		return fault.Wrap(fault.Invalid, err, "give what was restored to the service")
	}
	if !s.Quiet {
		fmt.Fprintf(s.out, "Restored what was made at %s. Start Backchannel now.\n", about.Made.Format(time.RFC3339))
	}
	return nil
}

// handOver gives what was restored to whoever has the folder it lies in: root restores for a service that runs as
// somebody else.
func handOver(dataDir, database string, isFile bool) error {
	var made []string
	for _, name := range keyFiles() {
		made = append(made, filepath.Join(dataDir, name))
	}
	if isFile {
		made = append(made, database, database+".lock")
	}
	for _, path := range made {
		if err := ownedAsFolder(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// unpack writes the members of an archive into a folder and checks that they are what was packed.
func unpack(file, dir string) (about aboutBackup, err error) {
	f, err := os.Open(file)
	if err != nil {
		return about, cause(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return about, err
	}
	if err := unpackMembers(tar.NewReader(z), dir); err != nil {
		return about, err
	}
	if _, err := io.Copy(io.Discard, z); err != nil { // the checksum of the whole is behind the last member
		return about, err
	}
	data, err := os.ReadFile(filepath.Join(dir, memberAbout))
	if err != nil {
		return about, errors.New("it does not say what it is")
	}
	if err := json.Unmarshal(data, &about); err != nil {
		return about, err
	}
	if about.Format != backupFormat {
		return about, fmt.Errorf("its format is %d, this program knows %d", about.Format, backupFormat)
	}
	_, err = os.Stat(filepath.Join(dir, memberDatabase))
	if err != nil {
		return about, errors.New("it holds no database")
	}
	return about, nil
}

// unpackMembers writes the members into a folder, each once and only those that belong there.
func unpackMembers(t *tar.Reader, dir string) error {
	known := append([]string{memberAbout, memberDatabase}, keyFiles()...)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !slices.Contains(known, h.Name) || h.Typeflag != tar.TypeReg {
			return fmt.Errorf("%q does not belong into it", clipName(h.Name))
		}
		out, err := os.OpenFile(filepath.Join(dir, h.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, t)
		if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
			return err
		}
	}
}

// clipName bounds a foreign name in a message.
func clipName(s string) string { return s[:min(len(s), 80)] }
