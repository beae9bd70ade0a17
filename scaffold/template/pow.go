package template

import "math"

// power is JavaScript's ** operator. It computes with the method of Sun's fdlibm (e_pow.c), as V8 does: the base-2
// logarithm in two parts, the product with y in two parts, and the power of two of it. Another method would differ in
// the last digit of some results.
func power(x, y float64) float64 {
	switch {
	case y == 0:
		return 1
	case math.IsNaN(x) || math.IsNaN(y) || math.Abs(x) == 1 && math.IsInf(y, 0):
		return math.NaN()
	case math.IsInf(y, 0) || math.IsInf(x, 0) || x == 0 || x == 1 || y == 1 || y == -1 || y == 2:
		return simplePower(x, y)
	case x < 0 && y != math.Trunc(y):
		return math.NaN()
	case y == 0.5:
		return math.Sqrt(x)
	case math.Abs(y) > 1<<31:
		return math.Pow(x, y)
	}
	sign := 1.0
	if x < 0 && math.Mod(y, 2) != 0 {
		sign = -1
	}
	t1, t2 := log2Parts(math.Abs(x))
	return sign * exp2Product(y, t1, t2)
}

// simplePower are the cases that need no logarithm.
func simplePower(x, y float64) float64 {
	switch y {
	case 1:
		return x
	case -1:
		return 1 / x
	case 2:
		return x * x
	}
	return math.Pow(x, y)
}

// high keeps the upper half of a number's bits.
func high(f float64) float64 { return math.Float64frombits(math.Float64bits(f) &^ 0xFFFFFFFF) }

func highWord(f float64) int32 { return int32(math.Float64bits(f) >> 32) }

func withHigh(f float64, word int32) float64 {
	return math.Float64frombits(uint64(uint32(word))<<32 | math.Float64bits(f)&0xFFFFFFFF)
}

// log2Parts is the logarithm of a positive number in two parts, the first with few bits.
func log2Parts(ax float64) (t1, t2 float64) {
	const (
		l1, l2, l3  = 5.99999999999994648725e-01, 4.28571428578550184252e-01, 3.33333329818377432918e-01
		l4, l5, l6  = 2.72728123808534006489e-01, 2.30660745775561754067e-01, 2.06975017800338417784e-01
		cp, cpH     = 9.61796693925975554329e-01, 9.61796700954437255859e-01
		cpL         = -7.02846165095275826516e-09
		dpHi, dpLow = 5.84962487220764160156e-01, 1.35003920212974897128e-08
	)
	n := int32(0)
	if ax < 0x1p-1022 {
		ax *= 0x1p53
		n = -53
	}
	ix := highWord(ax)
	n += ix>>20 - 0x3ff
	j := ix & 0x000fffff
	ix = j | 0x3ff00000
	bp, dpH, dpL := 1.0, 0.0, 0.0
	k := int32(0)
	switch {
	case j <= 0x3988E:
	case j < 0xBB67A:
		bp, dpH, dpL, k = 1.5, dpHi, dpLow, 1
	default:
		n++
		ix -= 0x00100000
	}
	ax = withHigh(ax, ix)
	u, v := ax-bp, 1/(ax+bp)
	ss := u * v
	sH := high(ss)
	tH := withHigh(0, (ix>>1|0x20000000)+0x00080000+k<<18)
	tL := ax - (tH - bp)
	sL := v * (float64(float64(u-float64(sH*tH))) - float64(sH*tL))
	s2 := ss * ss
	r := s2 * s2 * (l1 + s2*(l2+s2*(l3+s2*(l4+s2*(l5+s2*l6)))))
	r += sL * (sH + ss)
	s2 = sH * sH
	tH = high(3.0 + s2 + r)
	tL = r - ((tH - 3.0) - s2)
	u, v = sH*tH, float64(sL*tH)+float64(tL*ss)
	pH := high(u + v)
	pL := v - (pH - u)
	zH := cpH * pH
	zL := float64(cpL*pH) + float64(pL*cp) + dpL
	t := float64(n)
	t1 = high(((zH + zL) + dpH) + t)
	return t1, zL - (((t1 - t) - dpH) - zH)
}

// exp2Product is two to the power of y*(t1+t2).
func exp2Product(y, t1, t2 float64) float64 {
	const (
		p1, p2, p3    = 1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05
		p4, p5        = -1.65339022054652515390e-06, 4.13813679705723846039e-08
		lg2, lg2H     = 6.93147180559945286227e-01, 6.93147182464599609375e-01
		lg2L, ovt     = -1.90465429995776804525e-09, 8.0085662595372944372e-0017
		most, smaller = 1024.0, -1075.0
	)
	y1 := high(y)
	pL := float64((y-y1)*t1) + float64(y*t2)
	pH := y1 * t1
	z := pL + pH
	switch {
	case z > most || z == most && pL+ovt > z-pH:
		return math.Inf(1)
	case z < smaller || z == smaller && pL <= z-pH:
		return 0
	}
	n := int32(0)
	if math.Abs(z) > 0.5 {
		n = int32(math.Floor(z + 0.5))
		pH -= float64(n)
	}
	t := high(pL + pH)
	u := t * lg2H
	v := float64((pL-(t-pH))*lg2) + float64(t*lg2L)
	z = u + v
	w := v - (z - u)
	t = z * z
	t1 = z - t*(p1+t*(p2+t*(p3+t*(p4+t*p5))))
	r := float64(z*t1)/(t1-2) - (w + float64(z*w))
	return math.Ldexp(1-(r-z), int(n))
}
