module github.com/emberfall/whisper

go 1.23

require (
	github.com/IBM/sarama v1.43.3
)
