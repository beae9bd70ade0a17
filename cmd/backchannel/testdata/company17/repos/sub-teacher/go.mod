module github.com/qinghe/sub-teacher

go 1.24
