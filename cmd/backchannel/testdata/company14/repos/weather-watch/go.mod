module github.com/fernhill/weather-watch

go 1.21

require (
)
