module github.com/fernhill/turnstile

go 1.24

require (
)
