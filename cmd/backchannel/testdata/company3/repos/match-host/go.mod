module github.com/vireo/match-host

go 1.22

