module github.com/emberfall/two-factor

go 1.22

require (
)
