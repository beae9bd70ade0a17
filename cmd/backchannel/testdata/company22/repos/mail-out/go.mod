module github.com/tandem/mail-out

go 1.22
