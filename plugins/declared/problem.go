package declared

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// lineError is an error with its line in the file.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// at says in which line something is wrong; where that is known already, it stays.
func at(line int, err error) error {
	if _, known := errors.AsType[*lineError](err); known || err == nil || line == 0 {
		return err
	}
	return &lineError{line, err}
}

// positioned is an error of evaluating a file as one with its position.
func (f *file) positioned(err error) error {
	if err == nil {
		return nil
	}
	if kind := fault.KindOf(err); kind != fault.Internal {
		return err
	}
	p := fault.Position{File: f.path}
	if l, ok := errors.AsType[*lineError](err); ok {
		p.Line, err = l.line, l.err
	}
	return fault.At(p, "%v", err)
}
