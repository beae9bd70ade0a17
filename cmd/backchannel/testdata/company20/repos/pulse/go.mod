module github.com/haldenorbit/pulse

go 1.23

require (
	github.com/segmentio/kafka-go v0.4.47
)
