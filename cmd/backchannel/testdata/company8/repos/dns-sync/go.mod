module github.com/emberfall/dns-sync

go 1.19

require (
)
