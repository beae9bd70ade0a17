package bot

import "context"

// FormLinker knows pages that go on with an open form where a chat cannot: for secrets, which never pass through one,
// and for files.
type FormLinker interface {
	// FormLink returns the address of a page that asks the form's actor for the named fields and hands the form in. It
	// works once, and not for longer than the form is open.
	FormLink(ctx context.Context, o OpenForm, fields []string) (string, error)
}
