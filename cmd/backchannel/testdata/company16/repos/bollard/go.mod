module github.com/grenmoor/bollard

go 1.21
