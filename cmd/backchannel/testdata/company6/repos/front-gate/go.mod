module github.com/skerrow/x

go 1.22

require (
)
