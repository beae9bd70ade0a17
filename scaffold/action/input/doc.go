// Package input is what actions have in common: schemas in few words, the input of a call as a Go value, output, and
// addresses of repositories as repository pickers give them.
package input
