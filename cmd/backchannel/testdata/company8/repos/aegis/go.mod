module github.com/emberfall/aegis

go 1.23

require (
	google.golang.org/grpc v1.67.1
	github.com/IBM/sarama v1.43.3
)
