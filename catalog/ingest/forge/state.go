package forge

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// repoState is what is known of one repository.
type repoState struct {
	Repo     remote.Repo
	Branch   string        // that is read
	Commit   remote.Commit // zero: there is nothing on the branch
	Mark     string        // of the listing when the commit was found out
	Verified time.Time     // when the commit was found out
	err      error         // why it cannot be read now; the rest is older
	settled  bool          // read, or known from an earlier run, since this one started
	unlisted bool          // the list of the organisation does not have it, and why cannot be told
	round    int           // in which it was looked at last
}

// saved is the file of Settings.State.
type saved struct {
	Version int
	Origin  string
	Repos   []*repoState
	People  *remote.People
}

const stateVersion = 1

// load takes over what an earlier run left. A file that is missing, damaged or of another location counts for nothing:
// everything in it can be found out again.
func load(file, origin string) saved {
	var s saved
	if file == "" {
		return s
	}
	data, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(data, &s) != nil || s.Version != stateVersion || s.Origin != origin {
		return saved{}
	}
	return s
}

// save writes the file whole or not at all.
func (s saved) save(file string) error {
	if file == "" {
		return nil
	}
	s.Version = stateVersion
	data, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "encode what was read")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fault.Wrap(fault.Internal, err, "remember what was read")
	}
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+"-*.part")
	if err != nil {
		return fault.Wrap(fault.Internal, err, "remember what was read")
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name()) //nolint:errcheck // nothing more can be done
	}
	return fault.Wrap(fault.Internal, err, "remember what was read")
}
