module github.com/emberfall/log-river

go 1.21

require (
)
