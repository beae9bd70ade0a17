package readapi

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// filters rewrites the filter parameters of a GET request into a predicate: each is a set of conditions that must all
// hold, of several sets one must.
func filters(params []string) ([]byte, error) {
	var sets [][]byte
	for _, p := range params {
		set, err := filterSet(p)
		if err != nil {
			return nil, err
		}
		if set != nil {
			sets = append(sets, set)
		}
	}
	switch len(sets) {
	case 0:
		return nil, nil
	case 1:
		return sets[0], nil
	default:
		return slices.Concat([]byte(`{"$any":[`), bytes.Join(sets, []byte(",")), []byte("]}")), nil
	}
}

func filterSet(param string) ([]byte, error) {
	param = strings.ToValidUTF8(param, "\uFFFD")
	var keys []string
	values := map[string][]string{}
	for statement := range strings.SplitSeq(param, ",") {
		if statement = strings.TrimSpace(statement); statement == "" {
			continue
		}
		key, value, given := strings.Cut(statement, "=")
		if key = strings.TrimSpace(key); key == "" {
			return nil, bad("Invalid filter, '%s' is not a valid statement (expected a string on the form a=b or a= or a)", clip(statement))
		}
		if strings.HasPrefix(key, "$") {
			return nil, bad("Invalid filter, '%s' is not a valid statement", clip(statement))
		}
		if _, known := values[key]; !known {
			keys = append(keys, key)
			values[key] = nil
		}
		if given {
			values[key] = append(values[key], strings.TrimSpace(value))
		}
	}
	var parts [][]byte
	for _, key := range keys {
		part := append(appendString([]byte("{"), key), ':')
		switch vs := values[key]; len(vs) {
		case 0:
			part = append(part, `{"$exists":true}`...)
		case 1:
			part = appendString(part, vs[0])
		default:
			list, err := json.Marshal(vs)
			if err != nil {
				return nil, err
			}
			part = append(append(append(part, `{"$in":`...), list...), '}')
		}
		parts = append(parts, append(part, '}'))
	}
	switch len(parts) {
	case 0:
		return nil, nil
	case 1:
		return parts[0], nil
	default:
		return slices.Concat([]byte(`{"$all":[`), bytes.Join(parts, []byte(",")), []byte("]}")), nil
	}
}
