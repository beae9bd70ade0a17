// Manifests reads Kubernetes manifests from standard input as the API server would: every document must be of a known
// kind, and no field may be unknown, doubled or of a wrong type. It prints how many objects there are of each kind.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
)

func main() {
	kinds, err := check(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "manifests:", err)
		os.Exit(1)
	}
	slices.Sort(kinds)
	fmt.Println(strings.Join(kinds, " "))
}

func check(in io.Reader) (kinds []string, err error) {
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{Yaml: true, Strict: true})
	for r := yaml.NewYAMLReader(bufio.NewReader(in)); ; {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return kinds, nil
		}
		if err != nil {
			return nil, err
		}
		if empty(string(doc)) {
			continue
		}
		obj, kind, err := strict.Decode(doc, nil, nil)
		if runtime.IsStrictDecodingError(err) || err != nil || obj == nil {
			return nil, fmt.Errorf("object %d: %w", len(kinds)+1, err)
		}
		kinds = append(kinds, kind.Kind)
	}
}

// empty reports whether a document holds nothing but comments.
func empty(doc string) bool {
	for line := range strings.Lines(doc) {
		if line = strings.TrimSpace(line); line != "" && line != "---" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}
