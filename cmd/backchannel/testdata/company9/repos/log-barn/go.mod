module github.com/voltaway/log-barn

go 1.22

require (
)
