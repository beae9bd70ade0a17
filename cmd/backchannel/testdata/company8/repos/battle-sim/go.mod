module github.com/emberfall/battle-sim

go 1.21

require (
)
