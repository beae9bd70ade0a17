module github.com/voltaway/peak-shaver

go 1.22

require (
)
