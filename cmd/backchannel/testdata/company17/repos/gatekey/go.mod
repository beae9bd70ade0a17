module github.com/qinghe/gatekey

go 1.24
