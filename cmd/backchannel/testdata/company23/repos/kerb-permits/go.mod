module github.com/maplebay/kerb-permits

go 1.22
