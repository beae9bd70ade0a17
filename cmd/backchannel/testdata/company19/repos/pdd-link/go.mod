module github.com/shuntu/pdd-link

go 1.22
