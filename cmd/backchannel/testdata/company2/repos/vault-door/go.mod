module github.com/alderbrook/vault-door

go 1.22

