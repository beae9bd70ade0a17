module github.com/fernhollow/climate-brain

go 1.23

require (
	google.golang.org/grpc v1.67.1
)
