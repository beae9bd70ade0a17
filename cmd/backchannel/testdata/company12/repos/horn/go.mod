module github.com/steinhorn/horn

go 1.23

require (
)
