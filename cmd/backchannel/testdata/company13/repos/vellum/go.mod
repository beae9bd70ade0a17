module github.com/quillmark/vellum

go 1.22

require (
)
