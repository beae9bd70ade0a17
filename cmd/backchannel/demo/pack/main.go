// Command pack writes the archive of a folder: pack FOLDER FILE. It is run by go generate.
package main

import (
	"fmt"
	"os"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/demo"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: pack FOLDER FILE")
		os.Exit(2)
	}
	data, err := demo.Pack(os.Args[1])
	if err == nil {
		err = os.WriteFile(os.Args[2], data, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
