module github.com/larkfield/mast-pinger

go 1.20

require (
)
