module github.com/larkfield/secret-safe

go 1.22

require (
)
