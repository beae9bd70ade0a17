module github.com/grenmoor/demurrage-bot

go 1.24
