module github.com/qinghe/gateway

go 1.24
