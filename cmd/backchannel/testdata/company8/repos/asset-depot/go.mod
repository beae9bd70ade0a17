module github.com/emberfall/asset-depot

go 1.21

require (
)
