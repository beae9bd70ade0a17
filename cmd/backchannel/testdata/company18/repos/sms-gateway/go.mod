module github.com/corvane/sms-gateway

go 1.23
