//go:build !unix

package main

// freeBytes is not known on this system.
func freeBytes(string) (free uint64, known bool) { return 0, false }

// ownedAsFolder does nothing: files have no such owners on this system.
func ownedAsFolder(string) error { return nil }
