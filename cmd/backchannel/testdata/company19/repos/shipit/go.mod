module github.com/shuntu/shipit

go 1.24
