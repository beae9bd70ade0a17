module github.com/emberfall/google-receipts

go 1.20

require (
)
