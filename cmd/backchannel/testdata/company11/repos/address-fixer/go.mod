module github.com/larkfield/address-fixer

go 1.21

require (
)
