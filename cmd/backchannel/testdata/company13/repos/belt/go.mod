module github.com/quillmark/belt

go 1.23

require (
)
