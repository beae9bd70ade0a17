module github.com/grenmoor/foghorn

go 1.23
