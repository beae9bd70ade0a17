module github.com/corvane/flags

go 1.23
