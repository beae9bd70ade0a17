module github.com/quillmark/table-maker

go 1.22

require (
)
