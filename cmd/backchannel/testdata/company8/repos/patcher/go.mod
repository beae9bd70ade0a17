module github.com/emberfall/patcher

go 1.23

require (
)
