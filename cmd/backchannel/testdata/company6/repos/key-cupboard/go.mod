module github.com/skerrow/x

go 1.21

require (
)
