module github.com/voltaway/db-vendor

go 1.22

require (
)
