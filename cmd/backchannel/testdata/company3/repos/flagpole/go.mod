module github.com/vireo/flagpole

go 1.21

