module github.com/qinghe/bell

go 1.18
