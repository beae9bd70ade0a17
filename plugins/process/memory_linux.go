package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// groupMemory is how much memory the processes of a group hold, in bytes (proc(5): fields pgrp and rss of stat).
func groupMemory(pgrp int) int64 {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0
	}
	var pages int64
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		after := bytes.LastIndexByte(data, ')') // the name may have anything in it
		if after < 0 {
			continue
		}
		fields := bytes.Fields(data[after+1:])
		const group, rss = 2, 21 // counted from behind the name
		if len(fields) <= rss || string(fields[group]) != strconv.Itoa(pgrp) {
			continue
		}
		n, err := strconv.ParseInt(string(fields[rss]), 10, 64)
		if err == nil {
			pages += n
		}
	}
	return pages * int64(os.Getpagesize())
}
