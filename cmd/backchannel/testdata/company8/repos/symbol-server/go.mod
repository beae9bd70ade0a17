module github.com/emberfall/symbol-server

go 1.20

require (
)
