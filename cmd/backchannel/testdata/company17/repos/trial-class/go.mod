module github.com/qinghe/trial-class

go 1.23
