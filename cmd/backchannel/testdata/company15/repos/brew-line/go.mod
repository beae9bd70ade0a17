module github.com/mingchuan/brew-line

go 1.24

require (
)
