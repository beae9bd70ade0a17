module github.com/corvane/key-encoder

go 1.20
