module github.com/tessaly/speaker

go 1.20

