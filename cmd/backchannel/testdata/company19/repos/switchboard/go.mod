module github.com/shuntu/switchboard

go 1.23
