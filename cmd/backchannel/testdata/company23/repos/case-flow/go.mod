module github.com/maplebay/case-flow

go 1.22
