// Command gen writes the documentation of all settings to the file that its argument names.
package main

import (
	"log"
	"os"

	"floresya/internal/config"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gen FILE")
	}
	if err := os.WriteFile(os.Args[1], config.Markdown(), 0o644); err != nil {
		log.Fatal(err)
	}
}
