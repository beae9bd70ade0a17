module github.com/emberfall/apple-receipts

go 1.20

require (
)
