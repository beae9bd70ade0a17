module github.com/steinhorn/pump-watch

go 1.22

require (
)
