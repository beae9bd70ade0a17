module github.com/fernhill/trip-sink

go 1.24

require (
)
