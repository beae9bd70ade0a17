module github.com/emberfall/metrics-hub

go 1.22

require (
)
