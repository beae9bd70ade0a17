module github.com/steinhorn/buzzer

go 1.22

require (
)
