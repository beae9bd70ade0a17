module github.com/grenmoor/lockbox

go 1.24
