module github.com/tandem/secrets

go 1.21
