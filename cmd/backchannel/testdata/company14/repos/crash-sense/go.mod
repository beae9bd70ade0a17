module github.com/fernhill/crash-sense

go 1.22

require (
)
