module github.com/xingmu/tao-link

go 1.21
