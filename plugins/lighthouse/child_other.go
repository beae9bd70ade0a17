//go:build !linux

package lighthouse

import "os/exec"

// apart can do nothing more than what every system does.
func apart(*exec.Cmd) {}

// kill ends a program. One that has ended already is no mistake.
func kill(c *exec.Cmd) { _ = c.Process.Kill() }
