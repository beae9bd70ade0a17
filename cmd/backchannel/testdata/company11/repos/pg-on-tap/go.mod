module github.com/larkfield/pg-on-tap

go 1.22

require (
)
