module github.com/haldenorbit/keyring

go 1.22
