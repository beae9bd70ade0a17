module github.com/corvane/runway

go 1.24
