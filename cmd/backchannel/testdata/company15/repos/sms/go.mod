module github.com/mingchuan/sms

go 1.19

require (
)
