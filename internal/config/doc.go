package config

import (
	"bytes"
	"fmt"
	"strings"
)

//go:generate go run ./gen ../../docs/configuration.md

// Markdown is the documentation of all settings.
func Markdown() []byte {
	var b bytes.Buffer
	b.WriteString(`# Configuration

<!-- Generated from the table in internal/config by "make gen"; do not edit. -->

A setting comes from the first of: its flag, its environment variable, the file that ` + "`--config FILE`" + ` or
` + "`" + FileVariable + "`" + ` names (lines ` + "`NAME=value`" + `, the names being those of the variables), its default. All faults
are reported at once. A secret has no flag, because command lines are seen by other users of the machine;
` + "`database-url`" + ` has one for trying things out. "hot" means that a change is taken up while running.
`)
	group := ""
	for _, s := range Settings() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n\n| setting | unit | default | range | effect |\n|---|---|---|---|---|\n", group)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", names(s), s.Unit, code(s.Default), s.Range, effect(s))
	}
	return b.Bytes()
}

func names(s Setting) string {
	if s.Flag {
		return code("--"+s.Name) + "<br>" + code(s.Variable())
	}
	return code(s.Variable())
}

func effect(s Setting) string {
	var marks []string
	if s.Command != "" {
		marks = append(marks, "only `"+s.Command+"`")
	}
	if s.Secret {
		marks = append(marks, "secret")
	}
	if s.Hot {
		marks = append(marks, "hot")
	}
	if marks == nil {
		return s.Effect
	}
	return s.Effect + " (" + strings.Join(marks, ", ") + ")"
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
