module github.com/tandem/deploy

go 1.22
