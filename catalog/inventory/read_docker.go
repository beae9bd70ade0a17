package inventory

import (
	"bytes"
	"regexp"
	"strings"
)

var (
	dockerArg     = regexp.MustCompile(`(?i)^\s*ARG\s+(\w+)\s*=\s*["']?([^"'\s]*)`)
	dockerFrom    = regexp.MustCompile(`(?i)^\s*FROM\s+((?:--\w+=\S+\s+)*)(\S+)(?:\s+AS\s+(\S+))?`)
	dockerHeredoc = regexp.MustCompile(`<<-?\s*["']?(\w+)["']?`)
	dockerDefault = regexp.MustCompile(`\$\{(\w+):?[-+]([^}]*)\}`)
)

// image is one FROM of a Dockerfile.
type image struct {
	name, tag string
	line      int
	last      bool // of the stage that is run
}

// readDockerfile reads the base images of a Dockerfile (docs.docker.com, "Dockerfile reference").
func readDockerfile(s *scan, name string, data []byte) {
	for _, im := range parseDockerfile(data) {
		s.add(name, Item{Ecosystem: Docker, Package: im.name, Kind: BaseImage, Declared: imageVersion(im.tag), Resolved: imageVersion(im.tag),
			Line: im.line, Dev: !im.last, Place: PlaceImage})
	}
}

// parseDockerfile lists the images that stages start from; stages that start from another stage are left out.
func parseDockerfile(data []byte) []image {
	var images []image
	args, stages := map[string]string{}, map[string]bool{}
	n, heredoc, continued := 0, "", false
	for raw := range bytes.Lines(data) {
		n++
		line := strings.TrimRight(string(raw), " \t\r\n")
		if heredoc != "" {
			if strings.TrimSpace(line) == heredoc {
				heredoc = ""
			}
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(line), "#") || len(line) > 4*maxText {
			continue
		}
		fresh := !continued
		continued = strings.HasSuffix(line, "\\") || strings.HasSuffix(line, "`")
		if m := dockerHeredoc.FindStringSubmatch(line); m != nil {
			heredoc = m[1]
			continue
		}
		if !fresh {
			continue
		}
		if m := dockerArg.FindStringSubmatch(line); m != nil && len(images) == 0 {
			args[m[1]] = m[2]
			continue
		}
		m := dockerFrom.FindStringSubmatch(line)
		if m == nil || len(images) >= 200 {
			continue
		}
		ref := dockerFill(m[2], args)
		if !stages[strings.ToLower(ref)] && ref != "scratch" {
			im := parseImage(ref)
			im.line = n
			images = append(images, im)
		}
		if m[3] != "" {
			stages[strings.ToLower(m[3])] = true
		}
	}
	if len(images) > 0 {
		images[len(images)-1].last = true
	}
	return images
}

// dockerFill replaces $NAME, ${NAME} and ${NAME:-default} by the arguments declared before the first stage.
func dockerFill(s string, args map[string]string) string {
	s = dockerDefault.ReplaceAllStringFunc(s, func(m string) string {
		p := dockerDefault.FindStringSubmatch(m)
		if v := args[p[1]]; v != "" {
			return v
		}
		return p[2]
	})
	s = shortVariable.ReplaceAllString(s, "$${$1}")
	return expand(s, func(name string) string { return args[name] })
}

// parseImage splits registry/name:tag@digest. The registry and Docker Hub's "library" are left out of the name where
// they only say where the official image is copied from.
func parseImage(ref string) image {
	ref, _, _ = strings.Cut(ref, "@")
	name, tag := ref, ""
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		name, tag = ref[:i], ref[i+1:]
	}
	name = strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/"))
	for _, mirror := range []string{"public.ecr.aws/docker/library/", "mirror.gcr.io/library/"} {
		name = strings.TrimPrefix(name, mirror)
	}
	if strings.Contains(name, "$") {
		name = ""
	}
	return image{name: name, tag: tag}
}

// imageVersion is the version in a tag: "20.11" of "20.11-alpine3.19", "21" of "21-jre", "" of "latest" or "alpine".
func imageVersion(tag string) string {
	v, _, _ := strings.Cut(tag, "-")
	v, _, _ = strings.Cut(v, "_")
	v = Plain(v)
	if v == "" || !isDigit(v[0]) || strings.Contains(v, "$") {
		return ""
	}
	return v
}
