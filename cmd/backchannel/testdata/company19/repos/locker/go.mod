module github.com/shuntu/locker

go 1.22
