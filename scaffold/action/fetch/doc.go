// Package fetch holds the actions that bring files into a workspace: fetch:plain, fetch:template, workspace:template
// and their forms for one file. Skeletons are rendered as Backstage's own handler renders them, byte for byte: the same
// files are templates, have the same names, are left out or kept as they are.
package fetch
