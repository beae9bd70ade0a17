module github.com/steinhorn/depot-locker

go 1.22

require (
)
