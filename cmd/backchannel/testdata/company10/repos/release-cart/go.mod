module github.com/fernhollow/release-cart

go 1.23

require (
)
