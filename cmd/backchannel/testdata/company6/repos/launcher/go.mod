module github.com/skerrow/x

go 1.22

require (
	k8s.io/client-go v0.29.1
)
