module github.com/vireo/takedown

go 1.21

