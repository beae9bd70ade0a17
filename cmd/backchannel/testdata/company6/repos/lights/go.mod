module github.com/skerrow/x

go 1.20

require (
)
