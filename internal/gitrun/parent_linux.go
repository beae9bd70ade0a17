package gitrun

import "syscall"

// dieWithParent ends git when this process is killed: nobody would look at the size of what it writes any more. Its
// helpers end with the next that they write to it, or when their connection is silent for a minute. The kernel goes by
// the thread that started git; the runtime ends threads only after goroutines that keep one to themselves, and then the
// run fails and is tried again.
func dieWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
