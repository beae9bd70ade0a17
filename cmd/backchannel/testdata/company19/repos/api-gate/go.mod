module github.com/shuntu/api-gate

go 1.24
