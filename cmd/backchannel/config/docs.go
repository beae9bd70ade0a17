package config

// Docs says how documentation is read, beyond what catalogs say.
type Docs struct {
	Frames    []string // hosts whose frames pages may show, over https
	Mermaid   string   // file of the script that draws diagrams in Mermaid; "" for the one that lies with the program, if any
	Published string   // folder of sites that TechDocs has built, as namespace/kind/name; "" when there is none
}
