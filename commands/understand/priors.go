package understand

// kindPrior is how readily a kind is meant by a question of an intent.
func kindPrior(in Intent, kind string) float64 { return kindPriors(in)[known(kind)] }

// known returns a kind as the tables have it: of a kind that Backstage does not have as much is known as of a resource.
func known(kind string) string {
	switch kind {
	case "component", "api", "resource", "system", "domain", "group", "user", "template", "location":
		return kind
	}
	return "resource"
}

func kindPriors(in Intent) map[string]float64 {
	if p, ok := priors[in]; ok {
		return p
	}
	return otherPriors
}

var (
	priors = map[Intent]map[string]float64{
		API:        {"api": 1, "component": 0.96, "system": 0.5, "resource": 0.3},
		Members:    {"group": 1, "user": 0.3, "domain": 0.1, "system": 0.1},
		OwnedBy:    {"group": 1, "user": 0.9, "domain": 0.5, "system": 0.5},
		Scaffold:   {"template": 1},
		Docs:       carriers,
		Builds:     carriers,
		Version:    carriers,
		Lighthouse: carriers,
		OnCall:     {"component": 1, "api": 0.8, "resource": 0.84, "system": 0.78, "group": 0.72, "domain": 0.66, "user": 0.1},
		Search:     finds,
		"":         finds,
	}
	carriers    = map[string]float64{"component": 1, "api": 0.5, "system": 0.5, "resource": 0.5}
	finds       = map[string]float64{"component": 1, "api": 0.86, "resource": 0.8, "system": 0.76, "group": 0.4, "domain": 0.6}
	otherPriors = map[string]float64{"component": 1, "api": 0.86, "resource": 0.84, "system": 0.8, "domain": 0.7, "group": 0.5, "user": 0.3, "template": 0.2}
)
