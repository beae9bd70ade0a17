module github.com/grenmoor/ghost-light

go 1.19
