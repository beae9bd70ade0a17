module github.com/haldenorbit/rails-ci

go 1.23
