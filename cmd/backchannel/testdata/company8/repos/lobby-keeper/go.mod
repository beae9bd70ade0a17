module github.com/emberfall/lobby-keeper

go 1.22

require (
	google.golang.org/grpc v1.64.0
)
