module github.com/maplebay/resident-id

go 1.22
