module github.com/tessaly/smoke-bell

go 1.21

