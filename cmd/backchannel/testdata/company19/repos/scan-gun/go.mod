module github.com/shuntu/scan-gun

go 1.21
