module github.com/tandem/files

go 1.22
