package fetch

import "github.com/backchannel-portal/backchannel/scaffold/action/input"

// The fields that several actions have.
func urlField() input.Field {
	return input.Must("url", input.Name, "what to fetch: a web address, or one relative to the template")
}

func tokenField() input.Field {
	return input.May("token", input.Text, "the token to read with, in place of the configured one")
}

func replaceField() input.Field {
	return input.May("replace", input.Bool, "write over files that exist; otherwise they are kept")
}

func renderFields() []input.Field {
	return []input.Field{
		input.May("values", input.Map, "what files and names know as values"),
		input.May("cookiecutterCompat", input.Bool, "templates are written for cookiecutter: {{ cookiecutter.name }}"),
		input.May("trimBlocks", input.Bool, "drop the line end behind a tag"),
		input.May("lstripBlocks", input.Bool, "drop the indentation before a tag"),
	}
}

func treeFields() []input.Field {
	return append([]input.Field{
		input.May("copyWithoutTemplating", input.Texts, "patterns of files whose contents are copied as they are; their names are rendered"),
		input.May("copyWithoutRender", input.Texts, "patterns of files that are copied as they are, names included; outdated: Backstage 4.2 passes it over"),
		input.May("templateFileExtension", input.Either(input.Text, input.Bool), "only files with this extension are rendered, and lose it; true means .njk"),
		replaceField(),
	}, renderFields()...)
}
