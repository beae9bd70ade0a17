module github.com/skerrow/x

go 1.21

require (
	google.golang.org/grpc v1.60.1
)
