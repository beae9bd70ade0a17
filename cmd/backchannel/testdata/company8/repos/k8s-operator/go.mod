module github.com/emberfall/k8s-operator

go 1.22

require (
)
