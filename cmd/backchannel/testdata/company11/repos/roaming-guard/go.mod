module github.com/larkfield/roaming-guard

go 1.21

require (
)
