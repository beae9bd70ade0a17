module github.com/larkfield/speed-setter

go 1.22

require (
)
