package main

type templateCmd struct {
	Form templateFormCmd `cmd:"" help:"Print the form that a chat would show for some values."`
}
