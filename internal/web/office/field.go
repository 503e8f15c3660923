package office

import "strings"

func (in field) kind() string {
	if in.Kind == "" {
		return "text"
	}
	return in.Kind
}

// value is what was typed, else what the page proposes. A password is never sent back.
func (in field) value(f form) string {
	if in.Kind == "password" {
		return ""
	}
	if f.Values.Has(in.Name) {
		return f.Get(in.Name)
	}
	return in.Value
}

// described names the hint and the reason for those who listen.
func (in field) described(f form) string {
	var ids []string
	if in.Hint != "" {
		ids = append(ids, in.ID+"-hint")
	}
	if f.Wrong(in.Name) != "" {
		ids = append(ids, in.ID+"-error")
	}
	return strings.Join(ids, " ")
}
