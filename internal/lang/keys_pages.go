package lang

// Messages of pages: forms that were handed in.
const (
	FormPagePending     Key = "pages.form_pending"
	FormPagePendingText Key = "pages.form_pending_text"
)
