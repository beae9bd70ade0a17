module github.com/grenmoor/hook-mind

go 1.24
