package declared

import _ "embed" // schema.json

//go:embed schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of declared plugins, for editors. What the schema cannot say, such as
// whether an expression compiles, Parse does.
func Schema() string { return schema }
