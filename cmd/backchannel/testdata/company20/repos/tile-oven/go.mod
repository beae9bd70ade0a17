module github.com/haldenorbit/tile-oven

go 1.22
