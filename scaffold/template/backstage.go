package template

import "strings"

// HostType is what runs on a host of repositories. It decides which parts a repository's address needs.
type HostType string

// The types of hosts that Backstage tells apart.
const (
	GitHub          HostType = "github"
	GitLab          HostType = "gitlab"
	Azure           HostType = "azure"
	BitbucketCloud  HostType = "bitbucketCloud"
	BitbucketServer HostType = "bitbucketServer"
	Gitea           HostType = "gitea"
	Gerrit          HostType = "gerrit"
)

// backstageFilters are the filters that Backstage adds to the language.
func backstageFilters(hosts map[string]HostType) map[string]Filter {
	return map[string]Filter{
		"parseEntityRef": parseEntityRef,
		"pick":           pick,
		"parseRepoUrl": func(in Value, _ []Value) (Value, error) {
			p, err := parseRepoURL(in, hosts)
			if err != nil {
				return Value{}, err
			}
			return p.value(), nil
		},
		"projectSlug": func(in Value, _ []Value) (Value, error) {
			p, err := parseRepoURL(in, hosts)
			if err != nil {
				return Value{}, err
			}
			return StringValue(p.text("owner") + "/" + p.text("repo")), nil
		},
	}
}

// repoAddress is the value of a repository picker, such as github.com?owner=acme&repo=shop.
type repoAddress struct {
	host   string
	params map[string]string
}

// repoParams are the parts of an address, in the order of the object that parseRepoUrl gives.
var repoParams = []string{"owner", "repo", "organization", "workspace", "project"}

func (a repoAddress) part(name string) Value {
	s, ok := a.params[name]
	if !ok {
		return Value{}
	}
	return StringValue(strings.Trim(s, "/"))
}

func (a repoAddress) text(name string) string {
	if v := a.part(name); v.kind == String {
		return v.text()
	}
	return "undefined"
}

// value is an object that has all the parts; those that the address leaves out are undefined.
func (a repoAddress) value() Value {
	fields := []Field{{"host", StringValue(a.host)}}
	for _, name := range repoParams {
		fields = append(fields, Field{name, a.part(name)})
	}
	return ObjectValue(fields...)
}

func parseRepoURL(in Value, hosts map[string]HostType) (repoAddress, error) {
	text, err := loose(in)
	if err != nil {
		return repoAddress{}, err
	}
	a, ok := readAddress(text)
	if !ok {
		return repoAddress{}, failf("%s is no address of a repository", quoted(text))
	}
	kind, known := hosts[a.host]
	if !known {
		return repoAddress{}, failf("the host %s is not among the integrations", quoted(a.host))
	}
	need := []string{"repo", "owner"}
	switch kind {
	case BitbucketCloud:
		need = []string{"workspace", "project", "repo"}
	case BitbucketServer, Azure:
		need = []string{"project", "repo"}
	case Gitea, Gerrit:
		need = []string{"repo"}
	case GitLab:
		if strings.Trim(a.params["project"], "/") != "" {
			need = nil
		}
	}
	for _, name := range need {
		if a.params[name] == "" {
			return repoAddress{}, failf("the address %s has no %s", quoted(text), name)
		}
	}
	return a, nil
}

// loose is what JavaScript makes of a value in a template string; objects cannot be part of one.
func loose(v Value) (string, error) {
	switch v.kind {
	case Undefined:
		return "undefined", nil
	case Null:
		return "null", nil
	case Object:
		return "", failf("an object is no text")
	case Array:
		var parts []string
		for _, item := range v.array().items {
			if item.nullish() {
				parts = append(parts, "")
				continue
			}
			s, err := loose(item)
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, ","), nil
	}
	return plainText(v), nil
}

// parseEntityRef reads a reference, or an object with its parts; the argument has defaults for what is missing.
func parseEntityRef(in Value, args []Value) (Value, error) {
	var defaults Value
	if len(args) > 0 {
		defaults = args[0]
	}
	if !in.Truthy() {
		return Value{}, failf("an entity reference must not be empty")
	}
	parts := in
	if in.kind == String {
		var ok bool
		if parts, ok = splitRef(in.text()); !ok {
			return Value{}, failf("%s is not of the form [kind:][namespace/]name", quoted(in.text()))
		}
	}
	namespace := defaults.Get("defaultNamespace")
	if !namespace.Truthy() {
		namespace = StringValue("default")
	}
	out := []Field{
		{"kind", orNullish(parts.Get("kind"), defaults.Get("defaultKind"))},
		{"namespace", orNullish(parts.Get("namespace"), namespace)},
		{"name", parts.Get("name")},
	}
	for _, f := range out {
		if !f.Value.Truthy() {
			return Value{}, failf("the entity reference has no %s", f.Key)
		}
	}
	return ObjectValue(out...), nil
}

func orNullish(v, other Value) Value {
	if v.nullish() {
		return other
	}
	return v
}

// splitRef cuts a reference; parts that it leaves out are undefined.
func splitRef(s string) (Value, bool) {
	colon, slash := strings.IndexByte(s, ':'), strings.IndexByte(s, '/')
	if slash >= 0 && slash < colon {
		colon = -1
	}
	fields := []Field{{Key: "name", Value: StringValue(s[max(colon+1, slash+1):])}}
	if colon >= 0 {
		fields = append(fields, Field{"kind", StringValue(s[:colon])})
	}
	if slash >= 0 {
		fields = append(fields, Field{"namespace", StringValue(s[colon+1 : slash])})
	}
	for _, f := range fields {
		if f.Value.text() == "" {
			return Value{}, false
		}
	}
	return ObjectValue(fields...), true
}
