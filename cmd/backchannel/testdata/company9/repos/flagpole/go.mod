module github.com/voltaway/flagpole

go 1.22

require (
)
