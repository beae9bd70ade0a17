module github.com/fernhollow/arm-control

go 1.23

require (
	google.golang.org/grpc v1.64.0
)
