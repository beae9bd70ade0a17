module github.com/brightwater/rates-feed

go 1.21

