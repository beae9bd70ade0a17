module github.com/grenmoor/crane-bridge

go 1.23
