module github.com/larkfield/conveyor

go 1.23

require (
)
