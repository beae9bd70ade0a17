module github.com/mingchuan/label-printer

go 1.20

require (
)
