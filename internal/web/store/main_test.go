package store_test

import (
	"testing"

	"floresya/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
