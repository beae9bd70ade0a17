module github.com/tandem/meet-rec

go 1.20
