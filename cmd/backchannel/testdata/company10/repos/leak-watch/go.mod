module github.com/fernhollow/leak-watch

go 1.20

require (
)
