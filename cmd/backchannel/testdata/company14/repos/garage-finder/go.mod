module github.com/fernhill/garage-finder

go 1.20

require (
)
