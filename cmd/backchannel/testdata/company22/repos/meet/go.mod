module github.com/tandem/meet

go 1.22
