// Package template is the expression language of Backstage software templates: ${{ }} outputs, {% %} statements and
// {# #} comments, as nunjitsu 0.7.0, the engine of Backstage's scaffolder, reads and evaluates them.
//
// It is an interpreter of its own with JavaScript's value semantics: strings are sequences of UTF-16 code units, objects
// keep the order of JavaScript's properties, numbers are doubles, and operators coerce as JavaScript's do. Templates are
// untrusted: each render has budgets for work, nesting, output, memory and time, and nothing of the host can be reached.
//
// An Engine parses sources into Templates, which may be rendered many times and by several goroutines at once. A step
// of a template is rendered with RenderStep, which keeps the types of values and reports expressions that failed.
package template
