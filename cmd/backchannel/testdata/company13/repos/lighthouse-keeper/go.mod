module github.com/quillmark/lighthouse-keeper

go 1.23

require (
)
