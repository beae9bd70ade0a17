module github.com/grenmoor/straddle

go 1.22
