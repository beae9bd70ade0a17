package form

import "github.com/backchannel-portal/backchannel/internal/lang"

var sentences = map[string]lang.Key{
	"required":             lang.FormRequired,
	"type":                 lang.FormType,
	"enum":                 lang.FormEnum,
	"const":                lang.FormConst,
	"pattern":              lang.FormPattern,
	"format":               lang.FormFormat,
	"minLength":            lang.FormMinLength,
	"maxLength":            lang.FormMaxLength,
	"minimum":              lang.FormMinimum,
	"maximum":              lang.FormMaximum,
	"exclusiveMinimum":     lang.FormAbove,
	"exclusiveMaximum":     lang.FormBelow,
	"multipleOf":           lang.FormMultiple,
	"minItems":             lang.FormMinItems,
	"maxItems":             lang.FormMaxItems,
	"uniqueItems":          lang.FormUnique,
	"number":               lang.FormNumber,
	"integer":              lang.FormInteger,
	"object":               lang.FormObject,
	"list":                 lang.FormList,
	"name":                 lang.FormName,
	"tag":                  lang.FormTag,
	"ref":                  lang.FormRef,
	"repo":                 lang.FormRepo,
	"additionalProperties": lang.FormUnknown,
}

// Text is the problem in a reader's language.
func (p Problem) Text(l lang.Lang) string {
	key, known := sentences[p.Rule]
	if !known {
		key = lang.FormWrong
	}
	return lang.Text(l, key, lang.Args{"want": p.Want})
}
