module github.com/maplebay/glowworm

go 1.22
