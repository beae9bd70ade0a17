//go:build !linux

package storetest

import "syscall"

// attributes have nothing to say where the system cannot end a child with its parent.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
