package office

import (
	"net/http"

	"github.com/google/uuid"

	"floresya/internal/shop/notify"
)

// lettersLimit is how many mails the mailbox lists.
const lettersLimit = 200

func (v *visit) letters() error {
	list, err := v.office.Mailbox.List(v.ctx(), lettersLimit)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.lettersPage(list))
}

func (v *visit) letter() error {
	id, err := uuid.Parse(v.r.PathValue("id"))
	if err != nil {
		return errNoPage
	}
	l, err := v.office.Mailbox.Read(v.ctx(), id)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.letterPage(l))
}

// lost reports whether a message will not reach the customer by itself.
func lost(n notify.Note) bool { return n.Status == "refused" || n.Status == "given_up" }
