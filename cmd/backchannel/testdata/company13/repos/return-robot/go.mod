module github.com/quillmark/return-robot

go 1.22

require (
)
