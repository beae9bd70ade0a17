module github.com/voltaway/ci-runners

go 1.22

require (
)
