module github.com/maplebay/keybox

go 1.20
