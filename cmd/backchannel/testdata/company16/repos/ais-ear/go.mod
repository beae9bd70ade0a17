module github.com/grenmoor/ais-ear

go 1.22
