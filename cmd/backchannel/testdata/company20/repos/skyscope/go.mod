module github.com/haldenorbit/skyscope

go 1.21
