module northmere/outage-engine

go 1.22

require google.golang.org/grpc v1.62.0
