module github.com/haldenorbit/siren

go 1.22
