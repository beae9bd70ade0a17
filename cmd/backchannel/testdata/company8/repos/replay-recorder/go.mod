module github.com/emberfall/replay-recorder

go 1.23

require (
)
