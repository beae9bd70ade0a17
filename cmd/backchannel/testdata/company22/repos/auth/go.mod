module github.com/tandem/auth

go 1.22

require (
	github.com/coreos/go-oidc/v3 v3.10.0
)
