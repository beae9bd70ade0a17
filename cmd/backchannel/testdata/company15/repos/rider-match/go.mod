module github.com/mingchuan/rider-match

go 1.22

require (
)
