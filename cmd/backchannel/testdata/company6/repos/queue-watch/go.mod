module github.com/skerrow/x

go 1.20

require (
	github.com/gin-gonic/gin v1.9.1
)
