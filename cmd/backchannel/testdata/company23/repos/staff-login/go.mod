module github.com/maplebay/staff-login

go 1.21
