module github.com/larkfield/line-switch

go 1.23

require (
	google.golang.org/grpc v1.67.1
)
