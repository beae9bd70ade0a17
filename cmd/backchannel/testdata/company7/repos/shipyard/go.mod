module northmere/shipyard

go 1.23

require google.golang.org/grpc v1.63.0
