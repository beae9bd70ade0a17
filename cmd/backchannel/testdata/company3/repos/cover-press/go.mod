module github.com/vireo/cover-press

go 1.20

