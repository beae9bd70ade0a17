module github.com/qinghe/seat-map

go 1.22
