package descriptor

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// sampleStream is a file of n components of about a kilobyte each, as real ones are.
func sampleStream(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: payment-ledger-%[1]d
  title: Payment ledger %[1]d
  description: >-
    Keeps the ledger of payments number %[1]d and answers what was paid, when, and by whom.
  annotations:
    github.com/project-slug: acme/payment-ledger-%[1]d
    backstage.io/techdocs-ref: dir:.
    pagerduty.com/service-id: P%06[1]d
    backstage.io/source-location: url:https://github.com/acme/payment-ledger-%[1]d/tree/main/
  labels:
    tier: "%[2]d"
  tags: [java, payments, spring-boot]
  links:
    - url: https://grafana.example.com/d/%[1]d
      title: Dashboard
      icon: dashboard
spec:
  type: service
  lifecycle: production
  owner: team-%[2]d
  system: payments
  providesApis:
    - payment-ledger-api-%[1]d
  consumesApis:
    - accounts-api
    - fx-rates-api
  dependsOn:
    - resource:default/ledger-db-%[1]d
    - component:default/outbox
`, i, i%40)
	}
	return b.Bytes()
}

// bareDecode is the floor: the library reading the same bytes as plain values.
func bareDecode(b *testing.B, data []byte) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var v map[string]any
		if err := d.Decode(&v); err == io.EOF {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reports how fast descriptors become entities, and as floor-% the speed in percent of a bare decode
// of the same bytes in the same run.
func BenchmarkRead(b *testing.B) {
	const n = 200
	data := sampleStream(n)
	var ours, floor time.Duration
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if docs := Read("all.yaml", data, Options{}); len(docs) != n || !Valid(docs) {
			b.Fatal("the sample is not valid")
		}
		middle := time.Now()
		bareDecode(b, data)
		ours += middle.Sub(start)
		floor += time.Since(middle)
	}
	b.ReportMetric(100*float64(floor)/float64(ours), "floor-%")
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N)/n, "ns/entity")
}

// BenchmarkReadDefinition reads APIs whose definitions are large.
func BenchmarkReadDefinition(b *testing.B) {
	text := "    openapi: 3.0.1\n    info:\n      title: Big\n      version: 1.0.0\n    paths:\n" + strings.Repeat("      /a: {get: {summary: something}}\n", 30_000)
	data := []byte("apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: big}\nspec:\n  type: openapi\n  lifecycle: production\n  owner: a\n  definition: |\n" + text)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if docs := Read("big.yaml", data, Options{}); !Valid(docs) || docs[0].Entity.API.Title != "Big" {
			b.Fatal("the sample is not valid")
		}
	}
}
