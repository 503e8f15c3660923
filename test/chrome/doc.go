// Package chrome drives Chromium in a test: what a person does in a page, and what goes wrong in it meanwhile.
package chrome
