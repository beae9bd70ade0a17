module github.com/quillmark/mulch

go 1.23

require (
)
