module github.com/shuntu/weigh

go 1.20
