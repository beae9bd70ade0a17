package forge

// Commit returns the commit that the repository of a descriptor's address was last read at; "" where that is not known.
func (s *Source) Commit(location string) string {
	st, _, ok := s.place.at(location)
	if !ok {
		return ""
	}
	return st.Commit.ID
}
