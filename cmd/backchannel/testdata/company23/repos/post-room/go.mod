module github.com/maplebay/post-room

go 1.22
