module github.com/xingmu/refund-flow

go 1.22
