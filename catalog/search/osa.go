package search

// osaLimit is the longest text, in characters, that is compared letter by letter.
const osaLimit = 64

// osa is the optimal string alignment distance: how many inserted, deleted or replaced characters or swapped
// neighbours turn a into b. It returns most+1 for anything beyond most, and for texts longer than osaLimit.
func osa[T byte | rune](a, b []T, most int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > most || len(b) > osaLimit {
		return most + 1
	}
	for len(a) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 {
		return len(b)
	}
	var rows [3][osaLimit + 1]int
	prev2, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		lo, hi := max(1, i-most), min(len(b), i+most)
		cur[0] = i
		if lo > 1 {
			cur[lo-1] = most + 1
		}
		best := most + 1
		for j := lo; j <= hi; j++ {
			d := prev[j-1]
			if a[i-1] != b[j-1] {
				d++
			}
			if j > lo || lo == 1 {
				d = min(d, cur[j-1]+1)
			}
			if j < i+most {
				d = min(d, prev[j]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, prev2[j-2]+1)
			}
			cur[j] = d
			best = min(best, d)
		}
		if best > most {
			return most + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return min(prev[len(b)], most+1)
}

// Distance is the optimal string alignment distance of two texts, by characters: how many inserted, deleted or
// replaced characters or swapped neighbours turn one into the other. It is most+1 for anything beyond most, and for
// texts longer than 64 characters.
func Distance(a, b string, most int) int {
	if isPlain(a) && isPlain(b) {
		var x, y [osaLimit]byte
		if len(a) > osaLimit || len(b) > osaLimit {
			return most + 1
		}
		return osa(x[:copy(x[:], a)], y[:copy(y[:], b)], most)
	}
	return osa([]rune(a), []rune(b), most)
}
