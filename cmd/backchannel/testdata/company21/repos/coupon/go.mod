module github.com/xingmu/coupon

go 1.23
