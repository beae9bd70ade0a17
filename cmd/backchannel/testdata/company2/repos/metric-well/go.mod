module github.com/alderbrook/metric-well

go 1.21

