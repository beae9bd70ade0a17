module github.com/corvane/edge-gateway

go 1.24
