module github.com/voltaway/secret-drawer

go 1.23

require (
)
