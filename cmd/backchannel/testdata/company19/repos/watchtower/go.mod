module github.com/shuntu/watchtower

go 1.23
