module github.com/fernhollow/nutriMixer

go 1.21

require (
)
