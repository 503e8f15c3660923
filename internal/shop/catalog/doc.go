// Package catalog is what the shop sells: products, their pictures, their occasions and their stock.
//
// # Model
//
// A product lives in the stream "product-ID", an occasion in "occasion-ID"; commands decide on the locked row and append
// events, apply changes the tables. Stock is what can still be sold: it follows from a ledger in which every movement is a
// row, also those that orders cause. Everything a list shows (picture addresses) or searches (search_text) is kept on the
// product's own row by apply, so that a page of products is one statement on one table.
//
// # Promises
//
//   - received − wasted + corrected − reserved + released + returned = stock, per product, and never below zero.
//   - A slot of the carousel (1 to 7) holds one product; who takes an occupied slot turns the occupant out.
//   - SKUs are unique without regard to case, slugs altogether, also against inactive products.
//
// Reader is where reads are answered; a replica in memory stands before it.
package catalog
