module github.com/tandem/events

go 1.22
