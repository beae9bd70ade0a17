package scaffold

import (
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold/form"
)

// Names of the package form for those who may not import it.
type (
	Form        = form.Form
	FormPage    = form.Page
	FormField   = form.Field
	FormProblem = form.Problem
	FormNotice  = form.Notice
	FormOptions = form.Options
	FormSource  = form.Template
	FormPicker  = form.Picker
	FormFilter  = form.Filter
	FormRows    = form.Rows
)

// Why lists are asked in one piece.
const (
	TooMany = form.TooMany
	Misfit  = form.Misfit
)

// Rearranged is form.Rearranged: values with the elements of a list in another order, and new ones.
func Rearranged(values *yamldoc.Node, path []string, order []int, fresh *yamldoc.Node) *yamldoc.Node {
	return form.Rearranged(values, path, order, fresh)
}

// ValueAt is form.ValueAt: the value at a path through objects and lists.
func ValueAt(n *yamldoc.Node, path []string) *yamldoc.Node { return form.ValueAt(n, path) }

// ReadForm is form.Read: the questions of a template's entity, which errors call file.
func ReadForm(file string, entity *yamldoc.Node) (*FormSource, error) { return form.Read(file, entity) }
