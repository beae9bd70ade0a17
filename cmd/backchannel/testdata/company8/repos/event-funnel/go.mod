module github.com/emberfall/event-funnel

go 1.22

require (
	github.com/IBM/sarama v1.42.1
)
