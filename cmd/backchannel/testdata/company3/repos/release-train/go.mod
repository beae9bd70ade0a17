module github.com/vireo/release-train

go 1.22

