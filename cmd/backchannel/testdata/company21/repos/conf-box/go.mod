module github.com/xingmu/conf-box

go 1.22
