package main

type templateCmd struct {
	Actions templateActionsCmd `cmd:"" help:"List what steps of templates can do."`
	Eval    templateEvalCmd    `cmd:"" help:"Evaluate expressions: JSON lines in, JSON lines out."`
	Form    templateFormCmd    `cmd:"" help:"Print the form that a chat would show for some values."`
	Run     templateRunCmd     `cmd:"" help:"Run a template here: files are made, what would change elsewhere is listed."`
	Test    templateTestCmd    `cmd:"" help:"Try the cases of a template: values, and what is to come of them."`
}
