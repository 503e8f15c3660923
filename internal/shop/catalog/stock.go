package catalog

import (
	"context"

	"floresya/internal/event"
	"floresya/internal/fault"
)

// SetStock books what was counted: the difference to the books is a correction, decided on the locked row. What orders
// hold back is not part of it.
func (c *Catalog) SetStock(ctx context.Context, id, quantity int) error {
	if quantity < 0 || quantity > MaxStock {
		return fault.Invalidf("quantity", "quantity: 0 to %d", MaxStock)
	}
	return c.change(ctx, id, func(_ context.Context, _ *event.Tx, p Product) ([]any, error) {
		if p.Stock == quantity {
			return nil, nil
		}
		return []any{&StockCorrected{id, quantity - p.Stock, quantity}}, nil
	})
}

// Receive adds n pieces.
func (c *Catalog) Receive(ctx context.Context, id, n int) error {
	if n < 1 || n > MaxStock {
		return fault.Invalidf("quantity", "quantity: 1 to %d", MaxStock)
	}
	return c.change(ctx, id, func(_ context.Context, _ *event.Tx, p Product) ([]any, error) {
		if p.Stock+n > MaxStock {
			return nil, fault.New(fault.Conflict, "stock_full", "There is room for %d more pieces.", MaxStock-p.Stock).
				With("product_id", id).With("room", MaxStock-p.Stock)
		}
		return []any{&StockReceived{id, n}}, nil
	})
}

// Waste takes n pieces off that nobody can buy any more; more than there are is a Conflict.
func (c *Catalog) Waste(ctx context.Context, id, n int) error {
	if n < 1 || n > MaxStock {
		return fault.Invalidf("quantity", "quantity: 1 to %d", MaxStock)
	}
	return c.change(ctx, id, func(_ context.Context, _ *event.Tx, p Product) ([]any, error) {
		if p.Stock < n {
			return nil, fault.New(fault.Conflict, "insufficient_stock", "Only %d pieces are left.", p.Stock).
				With("product_id", id).With("available", p.Stock)
		}
		return []any{&StockWasted{id, n}}, nil
	})
}
