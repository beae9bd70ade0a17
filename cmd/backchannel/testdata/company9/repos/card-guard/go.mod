module github.com/voltaway/card-guard

go 1.22

require (
)
