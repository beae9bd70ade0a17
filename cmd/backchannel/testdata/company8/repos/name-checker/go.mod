module github.com/emberfall/name-checker

go 1.19

require (
)
