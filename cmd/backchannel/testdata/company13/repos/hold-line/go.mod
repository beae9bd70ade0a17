module github.com/quillmark/hold-line

go 1.23

require (
)
