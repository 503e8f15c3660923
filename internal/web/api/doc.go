// Package api is the shop's HTTP API: the public and shop part of the contract that the legacy front end knows, sign-in,
// and the OpenAPI document that describes both.
//
// # Model
//
// Routes is the one list. Each handler decodes into a struct of its own, asks a service of internal/shop, and encodes a
// struct of its own; tables never show through. What a service refuses is returned as it is: package web turns faults
// into the contract's envelope.
//
// # Reading
//
// Bodies are read twice. scan walks all tokens and refuses what JSON permits and the shop does not: duplicate names,
// invalid UTF-8, NUL characters, nesting deeper than maxDepth, more than maxTokens tokens. Then the body is unmarshalled
// into the struct; a wrong type names its field by its dotted path ("items.0.quantity"). Names that a struct does not
// know are ignored, as the contract has it. Bounds are checked by the service that owns the value.
//
// # Front mode
//
// With Config.Front the shop serves a legacy front end, whose pages insert texts as HTML, also into attributes. Then <, >
// and " in texts that customers wrote are answered as ‹, › and ”, to every caller, so that an order's text cannot run in
// an administrator's page. What is stored stays as it was written, and our own pages, which escape, show it so.
package api
