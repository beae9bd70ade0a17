module github.com/steinhorn/cluster-base

go 1.23

require (
)
