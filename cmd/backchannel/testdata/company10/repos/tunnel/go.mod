module github.com/fernhollow/tunnel

go 1.20

require (
)
