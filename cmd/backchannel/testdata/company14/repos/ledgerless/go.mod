module github.com/fernhill/ledgerless

go 1.21

require (
)
