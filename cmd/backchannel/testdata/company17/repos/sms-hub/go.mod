module github.com/qinghe/sms-hub

go 1.22
