module github.com/fernhollow/doorstep

go 1.21

require (
)
