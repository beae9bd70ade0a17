module github.com/maplebay/passport-track

go 1.21
