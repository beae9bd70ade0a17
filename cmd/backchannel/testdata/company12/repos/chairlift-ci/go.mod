module github.com/steinhorn/chairlift-ci

go 1.23

require (
)
