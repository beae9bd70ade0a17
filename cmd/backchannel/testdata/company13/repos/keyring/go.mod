module github.com/quillmark/keyring

go 1.23

require (
)
