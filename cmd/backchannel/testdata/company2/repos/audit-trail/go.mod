module github.com/alderbrook/audit-trail

go 1.22

