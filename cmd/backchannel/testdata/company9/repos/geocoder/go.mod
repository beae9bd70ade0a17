module github.com/voltaway/geocoder

go 1.21

require (
)
