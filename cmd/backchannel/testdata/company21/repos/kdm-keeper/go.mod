module github.com/xingmu/kdm-keeper

go 1.22
