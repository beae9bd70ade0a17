module github.com/fernhollow/root-cellar

go 1.22

require (
)
