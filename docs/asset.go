package docs

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// MaxAsset is the size in bytes up to which a file next to the pages is served.
const MaxAsset = 10 << 20

// Asset is a picture or another file next to the pages.
type Asset struct {
	Type string // media type
	// Policy is the Content-Security-Policy to serve it with: an SVG opened by itself must not run anything.
	Policy string
	Data   []byte
}

const assetPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// Asset reads a file of the documentation that an entity shows; name is its path below the folder of the pages. Files
// of types that are not pictures, films, fonts or plain documents, hidden files and everything outside the folder are
// errors of kind fault.NotFound; a file beyond MaxAsset is fault.Invalid.
func (l *Library) Asset(ctx context.Context, entity catalog.Ref, name string) (Asset, error) {
	site, ok := l.Site(entity)
	if !ok {
		return Asset{}, fault.New(fault.NotFound, "%s has no documentation", entity)
	}
	media := assetType(name)
	if media == "" || !localFile(name) {
		return Asset{}, fault.New(fault.NotFound, "the documentation of %s has no file %q", entity, clip(name))
	}
	real, ok := site.files[name]
	if !ok {
		return Asset{}, fault.New(fault.NotFound, "the documentation of %s has no file %q", entity, clip(name))
	}
	tree, err := l.trees.Open(ctx, site.target)
	if err != nil {
		return Asset{}, err
	}
	defer tree.Close()
	data, err := scm.ReadFile(tree, real, MaxAsset)
	if errors.Is(err, fs.ErrNotExist) || fault.Is(err, fault.NotFound) {
		return Asset{}, fault.New(fault.NotFound, "the documentation of %s has no file %q", entity, clip(name))
	}
	if err != nil {
		return Asset{}, err
	}
	return Asset{Type: media, Policy: assetPolicy, Data: data}, nil
}

// localFile reports a path inside the folder without hidden parts.
func localFile(name string) bool {
	if !fs.ValidPath(name) || name == "." {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return false
		}
	}
	return true
}

// assetType is the media type a file is served with, "" when its kind is not served. Text of any sort is plain.
func assetType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".gif":
		return "image/gif"
	case ".webp":
		return "image/webp"
	case ".avif":
		return "image/avif"
	case ".svg":
		return "image/svg+xml"
	case ".ico":
		return "image/x-icon"
	case ".mp4":
		return "video/mp4"
	case ".webm":
		return "video/webm"
	case ".woff2":
		return "font/woff2"
	case ".pdf":
		return "application/pdf"
	case ".txt", ".csv", ".json", ".yaml", ".yml", ".toml", ".xml", ".puml", ".drawio":
		return "text/plain; charset=utf-8"
	}
	return ""
}
