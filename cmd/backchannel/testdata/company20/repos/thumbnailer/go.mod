module github.com/haldenorbit/thumbnailer

go 1.22
