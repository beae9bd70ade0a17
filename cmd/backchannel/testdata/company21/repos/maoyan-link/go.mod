module github.com/xingmu/maoyan-link

go 1.21
