package form

// Custom is a ui:field that Backstage does not have: somebody's plugin may bring it.
type Custom struct {
	Name    string // as the template writes it: JenkinsJobPicker
	Options *node  // ui:options, nil for none
}

// readCustom reads ui:field; nil for one that is built in, and for none.
func readCustom(s *node) *Custom {
	name := s.Get("ui:field").Str()
	if _, known := pickers[name]; known || name == "" {
		return nil
	}
	return &Custom{Name: name, Options: s.Get("ui:options")}
}
