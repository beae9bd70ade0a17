module github.com/steinhorn/tunnel-net

go 1.21

require (
)
