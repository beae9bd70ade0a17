module github.com/voltaway/ota-pusher

go 1.22

require (
)
