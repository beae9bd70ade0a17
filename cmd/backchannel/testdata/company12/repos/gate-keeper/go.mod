module github.com/steinhorn/gate-keeper

go 1.23

require (
)
