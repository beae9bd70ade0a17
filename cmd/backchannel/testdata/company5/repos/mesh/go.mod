module github.com/brightwater/mesh

go 1.22

