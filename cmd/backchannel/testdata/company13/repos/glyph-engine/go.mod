module github.com/quillmark/glyph-engine

go 1.23

require (
)
