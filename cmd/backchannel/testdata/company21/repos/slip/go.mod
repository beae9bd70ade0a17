module github.com/xingmu/slip

go 1.23
