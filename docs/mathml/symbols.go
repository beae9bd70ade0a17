package mathml

import "strings"

// names of TeX and what they stand for, in pairs. Letters become identifiers, the others operators.
const (
	letters = `alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ
omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ
Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω infty ∞ partial ∂ nabla ∇ hbar ℏ ell ℓ Re ℜ Im ℑ aleph ℵ emptyset ∅ varnothing ∅ forall ∀
exists ∃ nexists ∄ top ⊤ bot ⊥ angle ∠ triangle △ prime ′ dots … ldots … cdots ⋯ vdots ⋮ ddots ⋱ imath ı jmath ȷ square □ checkmark ✓`
	operators = `cdot ⋅ times × div ÷ pm ± mp ∓ ast ∗ star ⋆ circ ∘ bullet ∙ oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ cap ∩ cup ∪ sqcap ⊓ sqcup ⊔
wedge ∧ land ∧ vee ∨ lor ∨ neg ¬ lnot ¬ setminus ∖ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ equiv ≡ approx ≈ sim ∼ simeq ≃ cong ≅ propto ∝ ll ≪
gg ≫ prec ≺ succ ≻ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ in ∈ notin ∉ ni ∋ vdash ⊢ dashv ⊣ models ⊨ perp ⊥ parallel ∥ mid ∣ colon :
to → rightarrow → leftarrow ← gets ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ iff ⇔ implies ⇒ mapsto ↦ uparrow ↑
downarrow ↓ longrightarrow ⟶ longleftarrow ⟵ Longrightarrow ⟹ rightharpoonup ⇀ hookrightarrow ↪ nearrow ↗ searrow ↘ sum ∑ prod ∏ coprod ∐
int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigvee ⋁ bigwedge ⋀ langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈
rceil ⌉ vert | Vert ‖ lbrace { rbrace } backslash \ therefore ∴ because ∵`
	functions = ` sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp lim limsup liminf max min sup inf det dim ker deg gcd
arg argmax argmin Pr hom mod bmod `
)

// symbol is the MathML of a command that takes nothing.
func symbol(command string) (string, bool) {
	name := command[1:]
	switch command {
	case `\,`, `\:`, `\;`, `\ `, `\quad`, `\qquad`, `\!`:
		width := map[string]string{`\,`: "0.17em", `\:`: "0.22em", `\;`: "0.28em", `\ `: "0.3em", `\quad`: "1em", `\qquad`: "2em", `\!`: "0em"}[command]
		return `<mspace width="` + width + `"/>`, true
	case `\{`, `\}`, `\%`, `\$`, `\#`, `\_`, `\&`:
		return element("mo", text(name)), true
	case `\|`:
		return "<mo>‖</mo>", true
	case `\pmod`:
		return "", false
	}
	if name == "" || name[0] < 'A' || name[0] > 'z' {
		return "", false
	}
	if s, ok := lookup(letters, name); ok {
		return element("mi", s), true
	}
	if s, ok := lookup(operators, name); ok {
		return element("mo", text(s)), true
	}
	for f := range strings.FieldsSeq(functions) {
		if f == name {
			return `<mi mathvariant="normal">` + name + "</mi><mspace width=\"0.17em\"/>", true
		}
	}
	return "", false
}

// lookup finds a name in a table of pairs.
func lookup(table, name string) (string, bool) {
	key := true
	found := false
	for word := range strings.FieldsSeq(table) {
		if found {
			return word, true
		}
		found = key && word == name
		key = !key
	}
	return "", false
}
