module github.com/mingchuan/shelf-life

go 1.21

require (
)
