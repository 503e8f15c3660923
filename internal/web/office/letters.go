package office

import (
	"net/http"
	"net/url"
)

// lettersLimit is how many mails the mailbox lists.
const lettersLimit = 200

func (v *visit) letters() error {
	list, err := v.office.Mailbox.Letters(v.ctx(), lettersLimit)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.lettersPage(list))
}

func (v *visit) letter() error {
	l, err := v.office.Mailbox.Letter(v.ctx(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	l.ID = url.PathEscape(l.ID)
	return v.show(http.StatusOK, v.letterPage(l))
}
