package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// errorClass is a row of the contract's table of classes.
type errorClass struct {
	name     string
	status   int
	code     int
	category string
	title    string
}

// classOfFault is the one table from kind and code to the contract's class. A code wins over its kind.
func classOfFault(f *fault.Error) errorClass {
	switch f.Code {
	case "insufficient_stock", "out_of_stock":
		return errorClass{"InsufficientStockError", http.StatusConflict, 4001, "business", "Insufficient Stock"}
	case "invalid_transition":
		return errorClass{"InvalidStateTransitionError", http.StatusConflict, 4004, "business", "Invalid State Transition"}
	case "database_unavailable":
		return errorClass{"DatabaseConnectionError", http.StatusServiceUnavailable, 5002, "server", "Service Unavailable"}
	case "constraint":
		return errorClass{"DatabaseConstraintError", http.StatusConflict, 4006, "business", "Conflict"}
	case "file_type":
		return errorClass{"ValidationError", http.StatusBadRequest, 1010, "validation", "Invalid File Type"}
	case "no_method":
		return errorClass{"NotFoundError", http.StatusNotFound, 3001, "not_found", "Resource Not Found"}
	}
	switch f.Kind {
	case fault.Invalid:
		if len(f.Fields) == 0 {
			return errorClass{"BadRequestError", http.StatusBadRequest, 1002, "validation", "Bad Request"}
		}
		return errorClass{"ValidationError", http.StatusBadRequest, 1001, "validation", "Validation Failed"}
	case fault.Unauthenticated:
		return errorClass{"UnauthorizedError", http.StatusUnauthorized, 2001, "authentication", "Unauthorized"}
	case fault.Denied:
		return errorClass{"ForbiddenError", http.StatusForbidden, 2004, "authentication", "Forbidden"}
	case fault.NotFound:
		return errorClass{"NotFoundError", http.StatusNotFound, 3001, "not_found", "Resource Not Found"}
	case fault.Conflict:
		return errorClass{"ConflictError", http.StatusConflict, 4006, "business", "Conflict"}
	case fault.Unprocessable:
		return errorClass{"OrderNotProcessableError", http.StatusUnprocessableEntity, 4003, "business", "Unprocessable"}
	case fault.TooLarge:
		return errorClass{"PayloadTooLargeError", http.StatusRequestEntityTooLarge, 1007, "validation", "Payload Too Large"}
	case fault.Limited:
		return errorClass{"RateLimitExceededError", http.StatusTooManyRequests, 5006, "server", "Too Many Requests"}
	case fault.Unavailable:
		return errorClass{"ServiceUnavailableError", http.StatusServiceUnavailable, 5004, "server", "Service Unavailable"}
	case fault.Internal:
	}
	return errorClass{"InternalServerError", http.StatusInternalServerError, 5001, "server", "Internal Server Error"}
}

// FaultOf finds what may be shown of err. What the database says about itself or about a value comes last, as a net
// under the packages that know better.
func FaultOf(err error) *fault.Error {
	f := fault.Of(err)
	if f.Kind != fault.Internal {
		return f
	}
	if postgres.Lost(err) {
		f = fault.New(fault.Unavailable, "database_unavailable",
			"La tienda no puede atenderte en este momento. Inténtalo de nuevo en unos segundos.")
		f.RetryAfter = 2 * time.Second
		return f.Because(err)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.NotFoundf("The requested resource was not found.").Because(err)
	}
	switch code := postgres.Code(err); {
	case code == "23505" || code == "23503":
		return fault.New(fault.Conflict, "constraint", "This operation conflicts with existing data.").Because(err)
	case code == "23502" || code == "23514" || code == "22001" || code == "22003" || code == "22021":
		return fault.New(fault.Invalid, "constraint_check", "A value is out of bounds.").Because(err)
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return tooLargeFault().Because(err)
	}
	return f
}

func tooLargeFault() *fault.Error {
	return fault.New(fault.TooLarge, "too_large", "El contenido enviado es demasiado grande.")
}

// envelope is the error body of the contract, §3.
type envelope struct {
	Success          bool           `json:"success"`
	Error            string         `json:"error"`
	Code             int            `json:"code"`
	Category         string         `json:"category"`
	Message          string         `json:"message"`
	Type             string         `json:"type"`
	Title            string         `json:"title"`
	Status           int            `json:"status"`
	Detail           string         `json:"detail"`
	Instance         string         `json:"instance"`
	Timestamp        string         `json:"timestamp"`
	Path             string         `json:"path,omitzero"`
	RequestID        string         `json:"requestId,omitzero"`
	Details          map[string]any `json:"details,omitempty"`
	ValidationErrors *fieldErrors   `json:"validationErrors,omitzero"`
	Errors           []fault.Field  `json:"errors,omitempty"`
}

type fieldErrors struct {
	Errors []fault.Field `json:"errors"`
}

func envelopeOf(f *fault.Error, path, id string, now time.Time) (envelope, errorClass) {
	class := classOfFault(f)
	message := f.Msg
	if class.status == http.StatusNotFound && !strings.Contains(message, "not found") {
		message += " (not found)" // the legacy product page looks for these words
	}
	e := envelope{Error: class.name, Code: class.code, Category: class.category, Message: message, Title: class.title,
		Type:   "https://api.floresya.com/errors/" + class.category + "/" + strings.ToLower(strings.TrimSuffix(class.name, "Error")),
		Status: class.status, Detail: message, Instance: "/errors/" + id, RequestID: id,
		Timestamp: now.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Path: strings.ToValidUTF8(path, "�")}
	if class.status < http.StatusInternalServerError {
		e.Details = f.Facts
		if len(f.Fields) > 0 {
			e.ValidationErrors, e.Errors = &fieldErrors{f.Fields}, f.Fields
		}
	}
	return e, class
}

// encodeEnvelope never fails: facts that cannot be encoded are left out.
func encodeEnvelope(e envelope) []byte {
	body, err := json.Marshal(e)
	if err != nil {
		e.Details = nil
		body, _ = json.Marshal(e)
	}
	return body
}

// abandoned reports whether the caller went away: nobody is left to answer.
func abandoned(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), context.Canceled)
}
