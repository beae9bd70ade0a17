module github.com/tessaly/nest

go 1.22

