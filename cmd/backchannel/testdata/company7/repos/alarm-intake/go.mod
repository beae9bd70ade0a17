module northmere/alarm-intake

go 1.19

require google.golang.org/grpc v1.69.0
