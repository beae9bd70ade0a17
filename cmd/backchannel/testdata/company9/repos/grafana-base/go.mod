module github.com/voltaway/grafana-base

go 1.21

require (
)
