module github.com/alderbrook/greenhouse

go 1.22

