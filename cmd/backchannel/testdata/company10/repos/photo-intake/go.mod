module github.com/fernhollow/photo-intake

go 1.22

require (
)
