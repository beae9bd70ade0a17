module github.com/xingmu/push

go 1.22
