module github.com/mingchuan/ghost-kitchen

go 1.22

require (
)
