module github.com/fernhollow/probe-hub

go 1.22

require (
)
