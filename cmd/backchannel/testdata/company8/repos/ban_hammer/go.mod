module github.com/emberfall/ban_hammer

go 1.22

require (
)
