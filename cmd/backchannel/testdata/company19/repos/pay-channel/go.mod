module github.com/shuntu/pay-channel

go 1.23
