package lighthouse

import (
	"os/exec"
	"syscall"
)

// apart puts a program into a group of its own, so that all that it starts can be ended with it, and has it end with
// this one.
func apart(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// kill ends a program and its group. One that has ended already is no mistake.
func kill(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
