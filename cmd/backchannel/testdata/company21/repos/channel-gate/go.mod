module github.com/xingmu/channel-gate

go 1.23
