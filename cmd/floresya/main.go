// Command floresya is a florist's online shop: storefront, back office, HTTP API and console in one program.
package main

func main() {}
