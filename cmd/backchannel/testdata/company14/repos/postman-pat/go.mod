module github.com/fernhill/postman-pat

go 1.23

require (
)
