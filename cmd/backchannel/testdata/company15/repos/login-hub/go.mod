module github.com/mingchuan/login-hub

go 1.24

require (
)
