module github.com/grenmoor/reefer-watch

go 1.23

require (
	github.com/segmentio/kafka-go v0.4.47
)
