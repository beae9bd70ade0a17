module github.com/voltaway/tcu-gateway

go 1.21

require (
	github.com/IBM/sarama v1.42.1
)
