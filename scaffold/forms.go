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
)

// ReadForm is form.Read: the questions of a template's entity, which errors call file.
func ReadForm(file string, entity *yamldoc.Node) (*FormSource, error) { return form.Read(file, entity) }
