module github.com/voltaway/parking-zones

go 1.21

require (
)
