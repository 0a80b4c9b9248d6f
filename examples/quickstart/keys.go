package main

import "fmt"

// keys are what the shop calls what it keeps, behind a prefix.
type keys string

func (k keys) session(user int) []byte    { return fmt.Appendf(nil, "%ssession:%06d", k, user) }
func (k keys) cart(user int) []byte       { return fmt.Appendf(nil, "%scart:%06d", k, user) }
func (k keys) product(product int) []byte { return fmt.Appendf(nil, "%sproduct:%05d", k, product) }
func (k keys) order(order int64) []byte   { return fmt.Appendf(nil, "%sorder:%012d", k, order) }

// orders returns the range of all of them.
func (k keys) orders() (start, end []byte) {
	return fmt.Appendf(nil, "%sorder:", k), fmt.Appendf(nil, "%sorder;", k)
}

func (k keys) productsEnd() []byte { return fmt.Appendf(nil, "%sproduct;", k) }

// lastOrder is where a shop without scans notes the number of an order.
func (k keys) lastOrder() []byte { return fmt.Appendf(nil, "%slast-order", k) }
