//go:build unix && !linux

package gitrun

import "syscall"

// dieWithParent does nothing where the kernel does not offer it: git ends when its connection does.
func dieWithParent(*syscall.SysProcAttr) {}
