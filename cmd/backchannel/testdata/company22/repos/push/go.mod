module github.com/tandem/push

go 1.20
