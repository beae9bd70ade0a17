module github.com/tandem/mail

go 1.21
