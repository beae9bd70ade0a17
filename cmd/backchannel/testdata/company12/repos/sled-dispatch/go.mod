module github.com/steinhorn/sled-dispatch

go 1.23

require (
	google.golang.org/grpc v1.66.0
)
