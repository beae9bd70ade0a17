module github.com/vireo/avatar-box

go 1.19

