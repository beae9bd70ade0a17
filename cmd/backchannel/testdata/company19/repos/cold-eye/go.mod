module github.com/shuntu/cold-eye

go 1.23
