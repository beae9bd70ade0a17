module github.com/corvane/ctrip-bridge

go 1.23
