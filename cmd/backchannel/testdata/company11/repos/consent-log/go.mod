module github.com/larkfield/consent-log

go 1.22

require (
)
