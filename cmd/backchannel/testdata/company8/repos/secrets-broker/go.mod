module github.com/emberfall/secrets-broker

go 1.22

require (
)
