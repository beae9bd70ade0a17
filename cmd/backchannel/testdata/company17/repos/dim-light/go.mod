module github.com/qinghe/dim-light

go 1.21
