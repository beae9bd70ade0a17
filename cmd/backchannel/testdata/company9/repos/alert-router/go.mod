module github.com/voltaway/alert-router

go 1.22

require (
)
