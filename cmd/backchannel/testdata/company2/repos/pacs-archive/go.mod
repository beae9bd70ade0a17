module github.com/alderbrook/pacs-archive

go 1.20

