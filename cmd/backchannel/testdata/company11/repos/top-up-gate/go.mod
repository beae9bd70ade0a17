module github.com/larkfield/top-up-gate

go 1.23

require (
)
