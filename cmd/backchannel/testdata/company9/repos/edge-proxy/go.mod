module github.com/voltaway/edge-proxy

go 1.23

require (
)
