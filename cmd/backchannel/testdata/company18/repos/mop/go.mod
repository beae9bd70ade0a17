module github.com/corvane/mop

go 1.23
