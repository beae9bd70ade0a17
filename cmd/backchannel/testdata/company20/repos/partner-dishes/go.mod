module github.com/haldenorbit/partner-dishes

go 1.21
