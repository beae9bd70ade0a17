module github.com/voltaway/key-vault

go 1.22

require (
)
