// Package delivery says where, when and how many: zones, time slots, and capacity that is sold like stock.
//
// # Model
//
// A zone is where the shop delivers, with a fee; a pick-up point is a zone without a way. A slot is a span of hours on one
// weekday that stops taking orders its cut-off before it starts, by the clock of Caracas. A slot serves some zones, each with
// an ordinary capacity. What is sold of one day × slot × zone stands in delivery_capacity, whose row appears with the first
// reservation or edit of that day and from then on holds the day's capacity; until then the ordinary one holds. On a
// blackout day nothing is delivered.
//
// # States
//
// An offer (day × slot × zone) at an instant is, in this order:
//
//	past      the cut-off has been reached
//	blackout  nothing is delivered that day
//	closed    the florist closed it, the slot or zone is out of use, or the day is more than MaxAhead days away
//	full      nothing is left
//	open      it can be ordered
//
// # Promises
//
// Whoever holds LockCapacity of a key and checks through a Load made under that lock never sells more than the capacity.
// Capacity never goes under what is reserved. Times and zones of a slot do not change under deliveries still to come.
//
// # Not promised
//
// A change of a slot, zone or blackout takes no capacity locks: an order decided at the same instant may still be accepted
// under the rules before. Closing, and blackouts, stop new orders; deliveries already promised stay promised.
package delivery
