module github.com/larkfield/modem-butler

go 1.20

require (
)
