module github.com/fernhill/conveyor

go 1.23

require (
)
