package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// table collects the figures of a run.
type table struct{ rows [][4]string }

func (t *table) add(what, figure, ratio, verdict string) {
	t.rows = append(t.rows, [4]string{what, figure, ratio, verdict})
	fmt.Printf("… %s: %s %s %s\n", what, figure, ratio, verdict)
}

func (t *table) print(w io.Writer) {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "\nwhat\tfigure\tratio\tlimit\n")
	for _, r := range t.rows {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", r[0], r[1], r[2], r[3])
	}
	_ = out.Flush()
}

func atLeast(got, limit float64, format string, scale float64) string {
	return verdict(got >= limit) + " ≥ " + fmt.Sprintf(format, limit*scale)
}

func atMost(got, limit float64, format string) string {
	return verdict(got <= limit) + " ≤ " + fmt.Sprintf(format, limit)
}

func verdict(ok bool) string {
	if ok {
		return "ok"
	}
	return "MISSED"
}
