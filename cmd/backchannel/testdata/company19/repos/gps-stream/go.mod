module github.com/shuntu/gps-stream

go 1.24
