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

// Rearranged is form.Rearranged: values with the elements of a list in another order.
func Rearranged(values *yamldoc.Node, path []string, order []int) *yamldoc.Node {
	return form.Rearranged(values, path, order)
}

// ReadForm is form.Read: the questions of a template's entity, which errors call file.
func ReadForm(file string, entity *yamldoc.Node) (*FormSource, error) { return form.Read(file, entity) }
