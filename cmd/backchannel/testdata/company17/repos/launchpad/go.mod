module github.com/qinghe/launchpad

go 1.24
