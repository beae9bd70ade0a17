module github.com/steinhorn/wind-guard

go 1.23

require (
)
