module github.com/voltaway/load-balancer

go 1.23

require (
)
