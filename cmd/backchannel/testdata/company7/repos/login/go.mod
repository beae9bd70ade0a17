module northmere/login

go 1.21

require google.golang.org/grpc v1.61.0
