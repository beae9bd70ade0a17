module github.com/shuntu/sign-photo

go 1.23
