module github.com/brightwater/payout-runner

go 1.20

require github.com/gin-gonic/gin v1.9.0
