module github.com/larkfield/robocall-stopper

go 1.22

require (
)
