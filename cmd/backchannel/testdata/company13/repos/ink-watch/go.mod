module github.com/quillmark/ink-watch

go 1.21

require (
)
