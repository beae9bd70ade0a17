module github.com/mingchuan/truck-temp

go 1.24

require (
)
