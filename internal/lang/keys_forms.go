package lang

// What is said beside the fields of a template's form.
const (
	FormRequired  Key = "form.required"
	FormType      Key = "form.type"       // want
	FormEnum      Key = "form.enum"       // want
	FormConst     Key = "form.const"      // want
	FormPattern   Key = "form.pattern"    // want
	FormFormat    Key = "form.format"     // want
	FormMinLength Key = "form.min_length" // want
	FormMaxLength Key = "form.max_length" // want
	FormMinimum   Key = "form.minimum"    // want
	FormMaximum   Key = "form.maximum"    // want
	FormAbove     Key = "form.above"      // want
	FormBelow     Key = "form.below"      // want
	FormMultiple  Key = "form.multiple"   // want
	FormMinItems  Key = "form.min_items"  // want
	FormMaxItems  Key = "form.max_items"  // want
	FormUnique    Key = "form.unique"
	FormNumber    Key = "form.number"
	FormInteger   Key = "form.integer"
	FormObject    Key = "form.object"
	FormList      Key = "form.list"
	FormName      Key = "form.name"
	FormTag       Key = "form.tag" // want
	FormRef       Key = "form.ref" // want
	FormRepo      Key = "form.repo"
	FormUnknown   Key = "form.unknown"
	FormWrong     Key = "form.wrong"
	FormOption    Key = "form.option"
	FormFixed     Key = "form.fixed"
)
