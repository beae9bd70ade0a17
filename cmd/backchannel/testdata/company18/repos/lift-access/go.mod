module github.com/corvane/lift-access

go 1.22
