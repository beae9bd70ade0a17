module github.com/steinhorn/cat-sonar

go 1.23

require (
	google.golang.org/grpc v1.66.0
)
