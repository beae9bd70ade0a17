package mkdocs

import (
	"net/url"
	"strings"
)

// EditURL is where a page can be changed in the browser; file is its path below the folder of the pages. "" when the
// configuration does not say, or what it says is no web address.
func (c *Config) EditURL(file string) string {
	repo := strings.TrimSuffix(c.RepoURL, "/")
	uri := c.EditURI
	switch {
	case c.EditTmpl != "":
		base := file
		if i := strings.LastIndexByte(file, '.'); i >= 0 {
			base = file[:i]
		}
		uri = strings.NewReplacer("{path}", escape(file), "{path_noext}", escape(base)).Replace(c.EditTmpl)
	case uri == "" && strings.Contains(repo, "github.com/"), uri == "" && strings.Contains(repo, "gitlab."):
		uri = "edit/master/" + c.DocsDir + "/" + escape(file)
	case uri == "":
		return ""
	default:
		if !strings.HasSuffix(uri, "/") && !strings.ContainsAny(uri, "?#") {
			uri += "/"
		}
		uri += escape(file)
	}
	full := uri
	if !strings.HasPrefix(uri, "https://") && !strings.HasPrefix(uri, "http://") {
		if repo == "" {
			return ""
		}
		full = repo + "/" + strings.TrimPrefix(uri, "/")
	}
	u, err := url.Parse(full)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return full
}

func escape(file string) string { return (&url.URL{Path: file}).EscapedPath() }
