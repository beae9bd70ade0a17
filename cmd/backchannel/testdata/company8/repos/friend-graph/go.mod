module github.com/emberfall/friend-graph

go 1.22

require (
	google.golang.org/grpc v1.62.1
)
