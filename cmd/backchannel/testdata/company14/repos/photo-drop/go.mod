module github.com/fernhill/photo-drop

go 1.22

require (
)
