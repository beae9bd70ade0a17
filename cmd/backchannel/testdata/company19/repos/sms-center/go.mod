module github.com/shuntu/sms-center

go 1.22
