package config

import (
	"reflect"
	"strings"
)

// Secrets are the values of all keys that hold one, for those who must not show them.
func (c *Config) Secrets() []string {
	var out []string
	collect(reflect.ValueOf(c).Elem(), false, &out)
	return append(out, c.Proxy.secrets()...)
}

// collect goes through everything that was read; secret says that a value belongs to a key that holds a secret.
func collect(v reflect.Value, secret bool, out *[]string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			collect(v.Elem(), secret, out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(v.Index(i), secret, out)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			collect(v.MapIndex(k), secret, out)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				collect(v.Field(i), secret || holdsSecret(f.Name), out)
			}
		}
	case reflect.String:
		if s := strings.TrimSpace(v.String()); secret && s != "" {
			*out = append(*out, strings.Fields(s)...)
		}
	}
}

func holdsSecret(field string) bool {
	for _, word := range []string{"Token", "Secret", "Password", "PrivateKey"} {
		if strings.HasSuffix(field, word) {
			return true
		}
	}
	return false
}
