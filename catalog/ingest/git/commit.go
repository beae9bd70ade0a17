package git

// Commit returns the commit that the descriptors are read at; "" before the first reading.
func (s *Source) Commit(string) string {
	s.state.RLock()
	defer s.state.RUnlock()
	return s.commit.ID
}
