package mathml

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`E = mc^2`:                             `<mi>E</mi><mo>=</mo><mi>m</mi><msup><mrow><mi>c</mi></mrow><mrow><mn>2</mn></mrow></msup>`,
		`\frac{a}{b}`:                          `<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>`,
		`\sqrt[3]{x}`:                          `<mroot><mrow><mi>x</mi></mrow><mrow><mn>3</mn></mrow></mroot>`,
		`\sum_{i=1}^n`:                         `<munderover>`,
		`x_1^2`:                                `<msubsup>`,
		`f'`:                                   `<mo>′</mo>`,
		`\alpha \le \beta`:                     `<mi>α</mi><mo>≤</mo><mi>β</mi>`,
		`\left( a \right]`:                     `<mo stretchy="true">(</mo><mi>a</mi><mo stretchy="true">]</mo>`,
		`\begin{pmatrix}1&2\\3&4\end{pmatrix}`: `<mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd>`,
		`\begin{cases}1&x>0\\0\end{cases}`:     `columnalign="left"`,
		`\text{a <b>}`:                         `<mtext>a &lt;b&gt;</mtext>`,
		`\mathbb{R} \mathbf{x}`:                `<mi>ℝ</mi>`,
		`\hat{x}`:                              `<mover accent="true">`,
		`\sin x`:                               `<mi mathvariant="normal">sin</mi>`,
		`3.14 - a`:                             `<mn>3.14</mn><mo>−</mo>`,
		`\unknown{x}`:                          `<code class="math">\unknown{x}</code>`,
		`a}b`:                                  `<code class="math">a}b</code>`,
		`\frac{a}`:                             `<code class="math">`,
		strings.Repeat("{", 100):               `<code class="math">`,
	} {
		if got := string(Append(nil, in, false)); !strings.Contains(got, want) {
			t.Errorf("%s\n gives %s\n without %s", in, got, want)
		}
	}
	if got := string(Append([]byte("x"), "a", true)); !strings.HasPrefix(got, `x<math display="block">`) {
		t.Error(got)
	}
}

func FuzzAppend(f *testing.F) {
	for _, s := range []string{`\frac{a}{b}`, `\begin{cases}1&x\\2\end{cases}`, `x^{y_{z}}`, `\left.x\right|`, `\sqrt[`, `\\`, `\`, "<script>", `\text{</math><img>}`, `\mathbb{é}`, "a^^b", "_", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, tex string) {
		out := string(Append(nil, strings.ToValidUTF8(tex, ""), true))
		if strings.ContainsFunc(out, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF }) {
			return // no XML, but HTML
		}
		d := xml.NewDecoder(strings.NewReader(out))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatalf("%q gives %q: %v", tex, out, err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local != "math" && e.Name.Local != "semantics" && e.Name.Local != "annotation" && e.Name.Local != "code" && !strings.HasPrefix(e.Name.Local, "m") {
				t.Fatalf("%q gives element %s", tex, e.Name.Local)
			}
		}
	})
}
