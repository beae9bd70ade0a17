module github.com/emberfall/kill-cam

go 1.23

require (
)
