module github.com/corvane/log-attic

go 1.22
