module github.com/tandem/hooks

go 1.22
