module github.com/mingchuan/rocket

go 1.23

require (
)
