module github.com/steinhorn/db-counter

go 1.22

require (
)
