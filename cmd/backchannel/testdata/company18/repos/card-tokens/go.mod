module github.com/corvane/card-tokens

go 1.23
