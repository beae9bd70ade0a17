// Package handbook holds the manual of Backchannel, which the program itself serves as documentation.
package handbook

import "embed"

// Files are the pages and pictures of the manual; README.md is its start page and names the others in reading order.
//
//go:embed *.md *.png *.svg adr/*.md
var Files embed.FS
