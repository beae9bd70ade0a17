module github.com/corvane/minibar

go 1.21
