module github.com/steinhorn/crevasse

go 1.22

require (
)
