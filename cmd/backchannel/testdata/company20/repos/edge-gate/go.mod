module github.com/haldenorbit/edge-gate

go 1.23
