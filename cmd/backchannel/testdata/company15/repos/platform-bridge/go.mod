module github.com/mingchuan/platform-bridge

go 1.22

require (
)
