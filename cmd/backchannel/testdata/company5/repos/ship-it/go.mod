module github.com/brightwater/ship-it

go 1.21

