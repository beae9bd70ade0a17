// Package scaffold makes new things from software templates: what a template asks (scaffold/form), what its
// expressions mean (scaffold/template), and what it does.
package scaffold
