module github.com/tandem/edge

go 1.22
