package job

import "errors"

// IsPermanent reports whether Permanent made an error.
func IsPermanent(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}
