package docs

import _ "embed" // for the style sheet

//go:embed style.css
var stylesheet string

// Stylesheet is what the classes in a page's HTML need, for an element of class "doc" around it: boxes, tabs, tables,
// code in light and dark. It follows the colour scheme of the reader, unless an element around has the attribute
// data-theme with "light" or "dark".
func Stylesheet() string { return stylesheet }
