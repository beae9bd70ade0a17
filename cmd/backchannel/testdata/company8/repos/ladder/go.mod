module github.com/emberfall/ladder

go 1.22

require (
	github.com/gin-gonic/gin v1.9.1
)
