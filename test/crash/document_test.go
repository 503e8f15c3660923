package crash

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// queryOf are the names of an operation's query parameters.
func queryOf(op object) []string {
	var names []string
	parameters, _ := op["parameters"].(list)
	for _, p := range parameters {
		if p := p.(object); p["in"] == "query" {
			names = append(names, p["name"].(string))
		}
	}
	return names
}

// fieldsOf are the paths of all fields of an operation's body: "order.customer_email", "items.*.quantity".
func fieldsOf(doc, op object) []string {
	content, _ := op["requestBody"].(object)["content"].(object)
	media, _ := content["application/json"].(object)
	schema, _ := media["schema"].(object)
	return fieldsIn(doc, schema, nil)
}

func fieldsIn(doc, schema object, at []string) []string {
	if ref, ok := schema["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		schema, _ = doc["components"].(object)["schemas"].(object)[name].(object)
	}
	var all []string
	if len(at) > 0 {
		all = append(all, strings.Join(at, "."))
	}
	if len(at) > 6 {
		return all
	}
	properties, _ := schema["properties"].(object)
	for name, property := range properties {
		if property, ok := property.(object); ok {
			all = append(all, fieldsIn(doc, property, append(slices.Clone(at), name))...)
		}
	}
	if items, ok := schema["items"].(object); ok {
		all = append(all, fieldsIn(doc, items, append(slices.Clone(at), "*"))...)
	}
	return all
}

// nested is a body that has nothing but value at path.
func nested(path string, value any) any {
	if text, ok := value.(raw); ok {
		value = jsontext.Value(text)
	}
	names := strings.Split(path, ".")
	for _, name := range slices.Backward(names) {
		if name == "*" {
			value = list{value}
		} else {
			value = object{name: value}
		}
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return raw(path)
	}
	return raw(encoded)
}
