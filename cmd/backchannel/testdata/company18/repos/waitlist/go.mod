module github.com/corvane/waitlist

go 1.22
