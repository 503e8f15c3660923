// Command bench measures the shop against neighbours and limits in the same run and prints the ratios.
//
// It starts a PostgreSQL of its own (fsync on), fills a shop with 1,000 products, and runs the program as shipped (`floresya
// serve`, with the rate limits raised, since one address sends everything) beside a bare net/http server that answers
// prebuilt bodies of the same size. Load generator, shop, bare server and PostgreSQL share the machine. Figures are medians
// of paired runs: shop, neighbour, shop, neighbour, …
package main
