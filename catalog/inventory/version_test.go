package inventory

import "testing"

func TestCompare(t *testing.T) {
	for _, tt := range []struct {
		eco        Ecosystem
		older, new string
	}{
		{NPM, "1.9.0", "1.10.0"}, {NPM, "2.0.0-rc.1", "2.0.0"}, {NPM, "v1.2.3", "1.2.4"}, {NPM, "", "0.1"},
		{PyPI, "2.0rc1", "2.0"}, {PyPI, "2.0", "2.0.post1"}, {PyPI, "1.9", "1.10"},
		{Maven, "2.0-M1", "2.0"}, {Maven, "1.0-SNAPSHOT", "1.0"}, {Maven, "2.9.9.RELEASE", "2.10.0"}, {Maven, "31.1-jre", "32.0-jre"},
		{RubyGems, "7.0.8", "7.0.8.1"}, {RubyGems, "7.1.0.rc1", "7.1.0"},
		{Cargo, "0.9.0", "0.10.0"}, {NuGet, "8.0.4", "8.0.10"}, {Composer, "v9.52.0", "10.0.0"},
		{Go, "v1.9.1", "v1.10.0"}, {Go, "v0.0.0-20230101000000-abcdefabcdef", "v0.0.0-20240101000000-abcdefabcdef"},
		{Runtime, "1.9", "1.21"}, {Runtime, "8", "17.0.2"}, {Docker, "3.9", "3.12"}, {Swift, "5.8.0", "5.9.1"},
		{Maven, "not a version", "1.0"}, {NPM, "??", "1.0.0"},
	} {
		if c := Compare(tt.eco, tt.older, tt.new); c >= 0 {
			t.Errorf("Compare(%s, %q, %q) = %d", tt.eco, tt.older, tt.new, c)
		}
		if c := Compare(tt.eco, tt.new, tt.older); c <= 0 {
			t.Errorf("Compare(%s, %q, %q) = %d", tt.eco, tt.new, tt.older, c)
		}
		if c := Compare(tt.eco, tt.new, tt.new); c != 0 {
			t.Errorf("Compare(%s, %q) with itself = %d", tt.eco, tt.new, c)
		}
	}
}

func TestFloor(t *testing.T) {
	for _, tt := range []struct {
		eco        Ecosystem
		want, from string
	}{
		{NPM, "18.2.0", "^18.2.0"}, {NPM, "18.2.0", ">=18.2.0 <19"}, {NPM, "18", "18.x"}, {NPM, "16", "18 || 16 || 20"},
		{NPM, "1.2.3", "1.2.3 - 2.0.0"}, {NPM, "", "*"}, {NPM, "", "latest"}, {NPM, "", "<4"}, {NPM, "8.57.0", ">= 8.57.0"},
		{NPM, "", "workspace:*"}, {NPM, "1.0.0", "workspace:^1.0.0"}, {NPM, "16.0.0", "npm:react@^16.0.0"}, {NPM, "", "git+https://h/x#v1.2.3"},
		{PyPI, "4.2", "~=4.2"}, {PyPI, "3.9", ">=3.9,<4"}, {PyPI, "1.26", "==1.26.*"}, {PyPI, "2.0", "!=1.5,>=2.0"},
		{Maven, "31.0", "[31.0,32.0)"}, {Maven, "", "(,2.0]"}, {Maven, "33", "33.+"},
		{RubyGems, "7.0", "~> 7.0, >= 7.0.4"}, {Cargo, "0.7", "0.7"}, {Go, "1.9.1", "v1.9.1"},
		{Composer, "8.1", "^8.1|^9"}, {Composer, "", "dev-main"},
	} {
		if got := Floor(tt.eco, tt.from); got != tt.want {
			t.Errorf("Floor(%s, %q) = %q, want %q", tt.eco, tt.from, got, tt.want)
		}
	}
}

func TestPlainAndSeries(t *testing.T) {
	for from, want := range map[string][2]string{
		"v1.9.1": {"1.9.1", "1"}, "2.7.18.RELEASE": {"2.7.18", "2"}, "5.6.15.Final": {"5.6.15", "5"}, "0.110.3": {"0.110.3", "0.110"},
		"31.1-jre": {"31.1-jre", "31"}, "21": {"21", "21"}, "": {"", ""}, "latest": {"latest", ""}, "vip": {"vip", ""}, "0": {"0", "0"},
	} {
		if p, s := Plain(from), Series(from); p != want[0] || s != want[1] {
			t.Errorf("%q: Plain %q, Series %q, want %q", from, p, s, want)
		}
	}
}

func TestRange(t *testing.T) {
	for _, tt := range []struct {
		text    string
		in, out []string
	}{
		{"<2.17", []string{"2.16.0", "1.2.17", "2.0"}, []string{"2.17", "2.17.1", "3.0", "", "latest"}},
		{"< 2.17", []string{"2.16.9"}, []string{"2.17.0"}},
		{"<=2.17", []string{"2.17.1", "2.16"}, []string{"2.18.0"}},
		{"> 3", []string{"4.0"}, []string{"3.1", "3", "2"}},
		{">=3", []string{"3.0.0", "4"}, []string{"2.7.18"}},
		{"≥3", []string{"3.0.0"}, []string{"2.9"}},
		{"3+", []string{"3.0.0", "5"}, []string{"2.9"}},
		{"2.x", []string{"2.7.18", "2.0.0-M1", "2"}, []string{"3.0.0", "1.5.22", "20.1"}},
		{"2.7.*", []string{"2.7.18"}, []string{"2.6.15"}},
		{"=14", []string{"14", "14.21.3"}, []string{"16", "1.4"}},
		{"14", []string{"v14.2"}, []string{"140"}},
		{"!=14", []string{"16"}, []string{"14.1", ""}},
		{">=2.0 <3", []string{"2.5"}, []string{"3.0", "1.9"}},
		{">=2, <3", []string{"2.5"}, []string{"3.0"}},
		{"2.5 - 2.7", []string{"2.5.0", "2.7.18"}, []string{"2.8", "2.4.9"}},
		{"2 to 3", []string{"3.9"}, []string{"4"}},
		{"^1.2", []string{"1.9", "1.2.0"}, []string{"2.0", "1.1"}},
		{"^0.3.1", []string{"0.3.9"}, []string{"0.4.0"}},
		{"~2.7.1", []string{"2.7.18"}, []string{"2.8", "2.7.0"}},
	} {
		r, err := ParseRange(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		for _, v := range tt.in {
			if !r.Contains(v) {
				t.Errorf("%q does not contain %q", tt.text, v)
			}
		}
		for _, v := range tt.out {
			if r.Contains(v) {
				t.Errorf("%q contains %q", tt.text, v)
			}
		}
		if r.String() != tt.text {
			t.Errorf("String of %q is %q", tt.text, r)
		}
	}
	for _, bad := range []string{"", "old", "<", "2.x.3", ">=a", "1 2 3", "<>3", "!=1 >2", ".5", "99999999999999999999999999999999999999999999999999999999999999999999"} {
		if r, err := ParseRange(bad); err == nil {
			t.Errorf("ParseRange(%q) = %+v", bad, r)
		}
	}
	if !(Range{}).Contains("") {
		t.Error("the zero range does not contain everything")
	}
}
