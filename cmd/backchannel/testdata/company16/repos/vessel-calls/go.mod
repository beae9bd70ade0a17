module github.com/grenmoor/vessel-calls

go 1.24

require (
	github.com/gin-gonic/gin v1.10.0
	github.com/segmentio/kafka-go v0.4.47
)
