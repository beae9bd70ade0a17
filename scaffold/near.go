package scaffold

import "strings"

// maxNear is the longest name that is compared with others, in bytes.
const maxNear = 60

// doYouMean is a hint at the known name that a wrong one is nearest to, "" where none is near.
func doYouMean(wrong string, known []string) string {
	most := 2
	if len(wrong) < 6 {
		most = 1
	}
	best := ""
	for _, name := range known {
		if strings.EqualFold(name, wrong) {
			return "; do you mean " + name + "?"
		}
		if d := apartBy(wrong, name, most); d <= most && (d < most || best == "") {
			best, most = name, d
		}
	}
	if best == "" {
		return ""
	}
	return "; do you mean " + best + "?"
}

// apartBy is in how many letters two names differ: put in, left out, others, or in another order (optimal string
// alignment). Beyond most it is only known to be more.
func apartBy(a, b string, most int) int {
	if len(a) > maxNear || len(b) > maxNear || max(len(a), len(b))-min(len(a), len(b)) > most {
		return most + 1
	}
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			other := last[j]
			if a[i] != b[j] {
				other++
			}
			row[j+1] = min(other, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
