//go:build !unix

package process

import "os/exec"

func group(*exec.Cmd) {}

// kill ends the program.
func kill(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Process.Kill() // it may have ended
	}
}
