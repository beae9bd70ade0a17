module github.com/brightwater/secret-drawer

go 1.22

