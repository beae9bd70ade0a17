module github.com/steinhorn/refund-elf

go 1.22

require (
)
