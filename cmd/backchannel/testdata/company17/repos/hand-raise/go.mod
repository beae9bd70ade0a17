module github.com/qinghe/hand-raise

go 1.23
