module github.com/xingmu/api-door

go 1.23
