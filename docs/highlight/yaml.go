package highlight

import (
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// flow is the name of the state in which maps and lists in brackets are read.
const flow = "flow"

// yamlLexer is chroma's lexer of YAML with a state for what stands in brackets. Chroma takes everything before a colon
// for a key, brackets and other values included, and everything behind it for one value.
var yamlLexer = sync.OnceValue(func() chroma.Lexer {
	base, ok := lexers.Get("yaml").(*chroma.RegexLexer)
	if !ok {
		return nil
	}
	rules := base.MustRules().Clone()
	opens := chroma.Rule{Pattern: `[\[{]`, Type: chroma.Punctuation, Mutator: chroma.Push(flow)}
	rules["root"] = append([]chroma.Rule{opens}, rules["root"]...)
	rules[flow] = []chroma.Rule{
		{Pattern: `\s+`, Type: chroma.TextWhitespace},
		{Pattern: `#.*`, Type: chroma.Comment},
		opens,
		{Pattern: `[\]}]`, Type: chroma.Punctuation, Mutator: chroma.Pop(1)},
		{Pattern: `"(?:\\.|[^"\\])*"(?=:)|'[^']*'(?=:)`, Type: chroma.NameTag},
		{Pattern: `"(?:\\.|[^"\\])*"`, Type: chroma.LiteralStringDouble},
		{Pattern: `'[^']*'`, Type: chroma.LiteralStringSingle},
		{Pattern: `[^\s,\[\]{}:][^,\[\]{}:\n]*(?=:(?:\s|$))`, Type: chroma.NameTag},
		{Pattern: `(?:true|false|null)(?=\s*[,\]}\n])`, Type: chroma.KeywordConstant},
		{Pattern: `[-+]?\d+(?:\.\d+)?(?=\s*[,\]}\n])`, Type: chroma.LiteralNumber},
		{Pattern: `[,:]`, Type: chroma.Punctuation},
		{Pattern: `[^\s,\[\]{}][^,\[\]{}\n]*`, Type: chroma.Literal},
	}
	lexer, err := chroma.NewLexer(base.Config(), func() chroma.Rules { return rules })
	if err != nil {
		return base
	}
	return lexer
})
