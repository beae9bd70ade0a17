module github.com/emberfall/region-pinger

go 1.20

require (
)
