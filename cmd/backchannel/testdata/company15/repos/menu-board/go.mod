module github.com/mingchuan/menu-board

go 1.23

require (
)
