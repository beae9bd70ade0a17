module github.com/voltaway/meter-reader

go 1.20

require (
)
