package gitrun

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runInChild is the environment variable that makes the test program run a program as git, and nothing else.
const runInChild = "GITRUN_TEST_BINARY"

// TestRunInChild is run by TestKilled in a process of its own.
func TestRunInChild(t *testing.T) {
	binary := os.Getenv(runInChild)
	if binary == "" {
		return
	}
	r, err := New(Options{Binary: binary})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Run(t.Context(), Cmd{Dir: t.TempDir()})
	t.Error("the run ends: ", err)
}

// TestKilled: when the process that watches over git is killed, git does not go on by itself.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	binary, note := filepath.Join(dir, "git"), filepath.Join(dir, "pid")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\necho $$ > "+note+".new\nmv "+note+".new "+note+"\nexec sleep 100\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestRunInChild$")
	child.Env = append(os.Environ(), runInChild+"="+binary)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var pid string
	waitUntil(t, "git runs", func() bool {
		data, err := os.ReadFile(note)
		pid = strings.TrimSpace(string(data))
		return err == nil
	})
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	waitUntil(t, "git ends", func() bool {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
}

func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1500 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("it is waited in vain until ", what)
}
