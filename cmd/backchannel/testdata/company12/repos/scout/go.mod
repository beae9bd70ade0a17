module github.com/steinhorn/scout

go 1.22

require (
)
