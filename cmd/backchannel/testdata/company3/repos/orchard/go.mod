module github.com/vireo/orchard

go 1.22

