package understand

import (
	"testing"
	"time"
)

// TestWhen reads times and resolves them on Monday 23 November 2026, 11:00 in Berlin.
func TestWhen(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, berlin)
	for _, c := range []struct{ text, want string }{
		{"who is on call", ""},
		{"who is on call today", ""},
		{"who is on call this week", ""},
		{"whom do I call at night", ""},
		{"if it dies at 3am whom does it page", ""},
		{"半夜挂了打给谁", ""},
		{"who was on call last night", "22 20:00 23 06:00"},
		{"who had the pager yesterday", "22 00:00 23 00:00"},
		{"on call tomorrow?", "24 00:00 25 00:00"},
		{"on call tomorrow at 9am", "24 09:00"},
		{"on call tomorrow at 3", "24 15:00"},
		{"who is on tonight", "23 20:00 24 06:00"},
		{"who is on call on friday at 3pm", "27 15:00"},
		{"who is on call friday evening", "27 18:00 28 00:00"},
		{"who was on call on friday", "20 00:00 21 00:00"},
		{"who was on call last monday", "16 00:00 17 00:00"},
		{"who is on call next monday", "30 00:00 1 00:00"},
		{"who is on call next week", "30 00:00 7 00:00"},
		{"on call this weekend", "28 00:00 30 00:00"},
		{"who was on last weekend", "21 00:00 23 00:00"},
		{"who was on call 3 hours ago", "23 08:00"},
		{"who is on call in two days", "25 11:00"},
		{"who is on call on nov 28", "28 00:00 29 00:00"},
		{"who is on call on the 1st of december", "1 00:00 2 00:00"},
		{"who was on call on 2026-11-05", "5 00:00 6 00:00"},
		{"who was on call at 9:30", "23 09:30"},
		{"who is on call at 9:30 am", "24 09:30"},
		{"昨晚谁值班", "22 20:00 23 06:00"},
		{"昨晚三点谁值班", "23 03:00"},
		{"明天下午三点半谁值班", "24 15:30"},
		{"下周谁值班", "30 00:00 7 00:00"},
		{"下周二谁值班", "1 00:00 2 00:00"},
		{"上周五是谁在值班", "20 00:00 21 00:00"},
		{"周五谁值的班", "20 00:00 21 00:00"},
		{"周六谁值班", "28 00:00 29 00:00"},
		{"11月28号谁值班", "28 00:00 29 00:00"},
		{"十二月一日谁值班", "1 00:00 2 00:00"},
		{"三小时前谁值班", "23 08:00"},
		{"后天早上谁值班", "25 06:00 25 12:00"},
	} {
		m := &message{toks: tokenise(c.text)}
		w, timed := m.when()
		if len(timed) != len(m.toks) {
			t.Errorf("%q: %d marks", c.text, len(timed))
		}
		if back := ParseWhen(w.String()); back != w {
			t.Errorf("%q: %+v was read again as %+v", c.text, w, back)
		}
		got := ""
		if !w.IsZero() {
			got = shown(w.Span(now))
			if on := shown(w.On(now).Span(now.AddDate(0, 0, 1))); w.Minutes == 0 && !w.Week && !w.Weekend && w.Days+w.Weekday+w.Month != 0 && on != got {
				t.Errorf("%q: asked a day later it is %s, not %s", c.text, on, got)
			}
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q (%+v)", c.text, got, c.want, w)
		}
	}
}

func shown(from, to time.Time) string {
	s := from.Format("2 15:04")
	if to.After(from) {
		s += " " + to.Format("2 15:04")
	}
	return s
}

// FuzzParseWhen reads what a button may hold.
func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{"", "0", "-1.0.0.0.0.0.5.0.0", "0.0.0.9.0.0.0.0.0", "1.2.3.4.5.6.7.8.15", "x.0.0.0.0.0.0.0.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := ParseWhen(s)
		if back := ParseWhen(w.String()); back != w {
			t.Errorf("%+v was read again as %+v", w, back)
		}
		from, to := w.Span(time.Date(2026, 3, 29, 3, 0, 0, 0, time.UTC))
		if to.Before(from) {
			t.Errorf("%+v ends at %v, before %v", w, to, from)
		}
	})
}
