// Package browser tests the shop and its back office in Chromium, as the people who use them see them: whole journeys,
// with and without scripts, on a desk and on a phone; what search engines and screen readers find; and that every link
// leads somewhere. It also takes the pictures in docs/img:
//
//	go test ./test/browser -run Screenshots -update
package browser
