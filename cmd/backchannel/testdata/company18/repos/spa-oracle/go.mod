module github.com/corvane/spa-oracle

go 1.19
