package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// delivery is the part of a webhook of the WhatsApp Business Platform that
// this program reads. A delivery may hold messages to several numbers.
type delivery struct {
	Entry []struct {
		Changes []struct {
			Value struct {
				Metadata struct {
					PhoneNumberID string `json:"phone_number_id"` // the business's number
				} `json:"metadata"`
				Messages []message `json:"messages"` // none in a delivery about statuses
			} `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

// message is what a person wrote, or a button that they pressed.
type message struct {
	ID         string `json:"id"`
	From       string `json:"from"`         // the person's number without +; may be missing
	FromUserID string `json:"from_user_id"` // the person's business-scoped user ID; may be missing
	Timestamp  string `json:"timestamp"`    // seconds since 1970
	Text       struct {
		Body string `json:"body"`
	} `json:"text"`
	Button struct {
		Text string `json:"text"`
	} `json:"button"` // of a template
	Interactive struct {
		ButtonReply struct {
			Title string `json:"title"`
		} `json:"button_reply"`
	} `json:"interactive"`
}

// words returns what the person wrote, or what stood on the button.
func (m message) words() string {
	for _, s := range []string{m.Text.Body, m.Button.Text, m.Interactive.ButtonReply.Title} {
		if s != "" {
			return s
		}
	}
	return "" // a picture, a place, a reaction
}

// at returns when the message was sent, or zero if that cannot be told.
func (m message) at() time.Time {
	seconds, err := strconv.ParseInt(m.Timestamp, 10, 64)
	if err != nil || seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

func parseDelivery(body []byte) (delivery, error) {
	var d delivery
	if err := json.Unmarshal(body, &d); err != nil {
		return d, fmt.Errorf("not a webhook of WhatsApp: %w", err)
	}
	return d, nil
}

var errSignature = errors.New("the header X-Hub-Signature-256 is not the body's signature; check the app secret")

// verify checks that body comes from the platform: header is the HMAC of it with the
// app's secret. Without this anybody could opt people out.
func verify(secret, body []byte, header string) error {
	given, err := hex.DecodeString(strings.TrimPrefix(header, "sha256="))
	if err != nil || !hmac.Equal(given, signature(secret, body)) {
		return errSignature
	}
	return nil
}

func signature(secret, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return mac.Sum(nil)
}
