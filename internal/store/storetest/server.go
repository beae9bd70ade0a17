package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a PostgreSQL of our own, in a temporary folder, that is reached by a Unix socket.
type Server struct {
	bin, dir string
	attr     *syscall.SysProcAttr
	uid, gid int

	mu     sync.Mutex
	ended  chan error
	proc   *os.Process
	number int // of databases
}

// NewServer makes and starts a server that ends with the test. Use it to stop and start a server; Postgres gives a
// database on one that all tests of a process share.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := initServer()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.remove() })
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// initServer makes a cluster without starting it.
func initServer() (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "backchannel-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, dir: dir, uid: -1, gid: -1, attr: attributes()}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		if err := s.become("postgres", "nobody"); err != nil {
			return nil, err
		}
	}
	// The locale and the encoding are fixed so that sorting is the same everywhere.
	out, err := s.command("initdb", "-D", filepath.Join(dir, "data"), "-U", "backchannel", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		s.remove()
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return s, nil
}

// binaries finds the folder of the newest PostgreSQL: Debian keeps it out of PATH.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	slices.SortFunc(found, func(a, b string) int { return major(b) - major(a) })
	if len(found) == 0 {
		path, err := exec.LookPath("postgres")
		if err != nil {
			return "", errors.New("these tests need PostgreSQL: install Debian's package postgresql (make setup does), or put postgres and initdb into PATH")
		}
		return filepath.Dir(path), nil
	}
	return filepath.Dir(found[0]), nil
}

// major is the N of /usr/lib/postgresql/N/bin/postgres.
func major(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// become makes the server run as the first of the named users that exists.
func (s *Server) become(names ...string) error {
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return err
		}
		s.attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(s.dir, int(uid), int(gid))
	}
	return errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "LC_ALL=C"}
	cmd.SysProcAttr = s.attr
	return cmd
}

// Start starts the server and waits until it answers.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != nil {
		return nil
	}
	cmd := s.command("postgres", "-D", filepath.Join(s.dir, "data"), "-k", s.dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200",
		"-c", "shared_buffers=128MB", "-c", "max_wal_size=2GB", "-c", "log_min_messages=fatal", "-c", "TimeZone=UTC")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	started, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the server ends with the thread that started it, should this process be killed
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	s.proc, s.ended = cmd.Process, ended
	for range 600 {
		if s.command("pg_isready", "-q", "-h", s.dir, "-U", "backchannel", "-d", "postgres").Run() == nil {
			return nil
		}
		select {
		case err := <-ended:
			s.proc = nil
			return fmt.Errorf("postgres ended at once: %w\n%s", err, out.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
	s.stop(syscall.SIGQUIT)
	return fmt.Errorf("postgres does not answer\n%s", out.String())
}

// Stop ends the server at once, as a crash does: connections break, nothing committed is lost.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop(syscall.SIGQUIT)
}

// stop ends the server by a signal; called with the lock held.
func (s *Server) stop(sig syscall.Signal) {
	if s.proc == nil {
		return
	}
	_ = s.proc.Signal(sig) // one that has ended already cannot be signalled
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		_ = s.proc.Kill()
		<-s.ended
	}
	s.proc = nil
}

func (s *Server) remove() {
	s.Stop()
	_ = os.RemoveAll(s.dir) // a leftover in the temporary folder harms nothing
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.copyOf(t, "template0")
}

// copyOf makes a copy of a database that nobody is connected to, and returns its URL.
func (s *Server) copyOf(t testing.TB, original string) string {
	t.Helper()
	s.mu.Lock()
	s.number++
	name := fmt.Sprintf("test%d", s.number)
	s.mu.Unlock()
	if err := s.create(original, name); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

func (s *Server) create(original, name string) error {
	out, err := s.command("createdb", "-h", s.dir, "-U", "backchannel", "-T", original, name).CombinedOutput()
	if err != nil {
		return fmt.Errorf("createdb: %w\n%s", err, out)
	}
	return nil
}

func (s *Server) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("backchannel"), Path: "/" + database, RawQuery: url.Values{"host": {s.dir}}.Encode()}
	return u.String()
}

// SQL runs a statement on a database of the server through psql, beside the program.
func (s *Server) SQL(t testing.TB, databaseURL, statement string) string {
	t.Helper()
	out, err := s.command("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", databaseURL, "-c", statement).CombinedOutput()
	if err != nil {
		t.Fatalf("psql: %v\n%s", err, out)
	}
	return string(bytes.TrimSpace(out))
}
