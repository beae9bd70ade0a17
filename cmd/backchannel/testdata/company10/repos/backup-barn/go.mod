module github.com/fernhollow/backup-barn

go 1.21

require (
)
