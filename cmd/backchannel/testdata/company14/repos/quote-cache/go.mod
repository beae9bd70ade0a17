module github.com/fernhill/quote-cache

go 1.23

require (
)
