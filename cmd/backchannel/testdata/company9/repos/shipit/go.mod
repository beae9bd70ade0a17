module github.com/voltaway/shipit

go 1.23

require (
)
