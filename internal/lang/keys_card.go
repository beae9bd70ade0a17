package lang

// Sentences that belong to the shape of a message rather than to an answer.
const (
	CardMore        Key = "card.more"         // n
	CardCut         Key = "card.cut"          // n: blocks left out
	CardLinkLeft    Key = "card.link_left"    // an address that cannot be a link was left out
	CardUnknown     Key = "card.unknown"      // type: of a block that cannot be shown
	CardProgress    Key = "card.progress"     // label, done, total
	CardPending     Key = "card.pending"      // label
	CardDone        Key = "card.done"         // label
	CardFailed      Key = "card.failed"       // label, done, total
	CardNext        Key = "card.next"         // button of a form with more pages
	CardPage        Key = "card.page"         // title, n, of
	CardOneOf       Key = "card.one_of"       // options: of a choice asked as a line
	CardNotPrefill  Key = "card.not_prefill"  // a value too long to be filled in
	CardPicture     Key = "card.picture"      // alt: a picture shown as text
	CardFieldLabels Key = "card.field_labels" // label: before the value of a field shown as a line
)
