package inventory

import (
	"bytes"
	"encoding/json"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/package-url/packageurl-go"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// readSBOM reads a bill of materials in CycloneDX or SPDX JSON. Packages that the described software itself depends
// on count as asked for; where the file has no such statement all do.
func readSBOM(s *scan, name string, data []byte) {
	var head struct {
		Format string `json:"bomFormat"`
		SPDX   string `json:"spdxVersion"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		s.failJSON(name, data, err)
		return
	}
	switch {
	case head.Format == "CycloneDX":
		readCycloneDX(s, name, data)
	case strings.HasPrefix(head.SPDX, "SPDX-2"):
		readSPDX(s, name, data)
	default:
		s.fail(name, 1, fault.New(fault.Invalid, "the file is neither CycloneDX nor SPDX 2 JSON"))
	}
}

func readCycloneDX(s *scan, name string, data []byte) {
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		s.failJSON(name, data, err)
		return
	}
	direct := map[string]bool{}
	if bom.Metadata != nil && bom.Metadata.Component != nil && bom.Dependencies != nil {
		for _, d := range *bom.Dependencies {
			if d.Ref == bom.Metadata.Component.BOMRef && d.Dependencies != nil {
				for _, r := range *d.Dependencies {
					direct[r] = true
				}
			}
		}
	}
	if bom.Components == nil {
		return
	}
	for _, c := range *bom.Components {
		s.addPURL(name, c.PackageURL, c.Version, len(direct) > 0 && !direct[c.BOMRef])
	}
}

func readSPDX(s *scan, name string, data []byte) {
	var doc struct {
		Describes []string `json:"documentDescribes"`
		Packages  []struct {
			ID      string `json:"SPDXID"`
			Version string `json:"versionInfo"`
			Refs    []struct {
				Type    string `json:"referenceType"`
				Locator string `json:"referenceLocator"`
			} `json:"externalRefs"`
		} `json:"packages"`
		Relationships []struct {
			From string `json:"spdxElementId"`
			To   string `json:"relatedSpdxElement"`
			Type string `json:"relationshipType"`
		} `json:"relationships"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		s.failJSON(name, data, err)
		return
	}
	roots, direct := map[string]bool{}, map[string]bool{}
	for _, d := range doc.Describes {
		roots[d] = true
	}
	for _, r := range doc.Relationships {
		if r.Type == "DESCRIBES" {
			roots[r.To] = true
		}
	}
	for _, r := range doc.Relationships {
		switch {
		case r.Type == "DEPENDS_ON" && roots[r.From]:
			direct[r.To] = true
		case r.Type == "DEPENDENCY_OF" && roots[r.To]:
			direct[r.From] = true
		}
	}
	for _, p := range doc.Packages {
		for _, ref := range p.Refs {
			if ref.Type == "purl" && !roots[p.ID] {
				s.addPURL(name, ref.Locator, p.Version, len(direct) > 0 && !direct[p.ID])
			}
		}
	}
}

// addPURL records a package by its package URL (github.com/package-url/purl-spec); what is not one is left out.
func (s *scan) addPURL(name, purl, version string, indirect bool) {
	p, err := packageurl.FromString(purl)
	if err != nil {
		return
	}
	if p.Version != "" {
		version = p.Version
	}
	it := Item{Ecosystem: Ecosystem(p.Type), Resolved: version, Indirect: indirect, Package: p.Name}
	if p.Namespace != "" {
		it.Package = p.Namespace + "/" + p.Name
	}
	switch it.Ecosystem {
	case Maven:
		it.Package = p.Namespace + ":" + p.Name
	case PyPI:
		it.Package = pyName(p.Name)
	case NuGet, Composer, Swift:
		it.Package = strings.ToLower(it.Package)
	case NPM, Go, RubyGems, Cargo, Pub, Hex, Docker:
	default:
		return
	}
	s.add(name, it)
}
