module github.com/emberfall/voice-bridge

go 1.21

require (
)
