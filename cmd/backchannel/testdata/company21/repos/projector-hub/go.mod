module github.com/xingmu/projector-hub

go 1.22
