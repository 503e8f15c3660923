package app

import (
	"math"
	"runtime/debug"
)

// The shop keeps little in memory and makes much garbage: collecting less often gives a tenth of the processor back. Near the
// limit it collects as often as it must.
const (
	gcPercent   = 300
	memoryLimit = 120 << 20
)

// tuneMemory leaves the settings of whoever has chosen GOGC or GOMEMLIMIT.
func tuneMemory() {
	const goDefault = 100
	if before := debug.SetGCPercent(gcPercent); before != goDefault {
		debug.SetGCPercent(before)
		return
	}
	if before := debug.SetMemoryLimit(-1); before == math.MaxInt64 {
		debug.SetMemoryLimit(memoryLimit)
	}
}
