module github.com/emberfall/match-director

go 1.23

require (
	google.golang.org/grpc v1.67.1
	github.com/redis/go-redis/v9 v9.6.1
)
