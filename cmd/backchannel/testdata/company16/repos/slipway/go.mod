module github.com/grenmoor/slipway

go 1.24
