module github.com/haldenorbit/sun-weather

go 1.22
