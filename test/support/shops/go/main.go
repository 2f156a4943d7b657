// The shop's own part in Go: sends one request to a handler of docs/examples.md and prints the response.
package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"shop/belfry"
)

type Orders struct{ settled *[][2]string }

type Given struct {
	Biz, ID, Amount, Currency, Title, Sub, Body string
	Headers                                     map[string]string
}

func (Orders) Place(r *http.Request) (it Given, err error) {
	err = json.Unmarshal([]byte(r.Header.Get("X-Input")), &it)
	return it, err
}

func (orders Orders) Pay(r *http.Request) (Given, error)     { return orders.Place(r) }
func (orders Orders) Publish(r *http.Request) (Given, error) { return orders.Place(r) }

func (orders Orders) UserOf(r *http.Request) (string, bool) {
	it, err := orders.Place(r)
	return it.Sub, err == nil
}

func (orders Orders) Settle(id string, event belfry.Fields) error {
	*orders.settled = append(*orders.settled, [2]string{id, event["type"].(string)})
	return nil
}

func main() {
	settled := [][2]string{}
	shop := Shop{Orders{&settled}}
	handlers := map[string]http.HandlerFunc{
		"order": shop.Order, "paid": shop.Paid, "article": shop.Article, "token": shop.Token, "webhook": shop.Webhook,
	}
	var input Given
	if err := json.Unmarshal([]byte(os.Args[2]), &input); err != nil {
		panic(err)
	}
	request := httptest.NewRequest("POST", "/", strings.NewReader(input.Body))
	request.Header.Set("X-Input", os.Args[2])
	for name, value := range input.Headers {
		request.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	handlers[os.Args[1]](answer, request)
	json.NewEncoder(os.Stdout).Encode(belfry.Fields{
		"status": answer.Code, "body": answer.Body.String(), "settled": settled,
	})
}
