module github.com/steinhorn/key-drawer

go 1.22

require (
)
