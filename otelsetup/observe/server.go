package observe

import (
	"context"
	"net"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/observe/internal/webserver"
)

// startServer serves the handler, if that is not the program's to do.
func (o *Observer) startServer(ctx context.Context) (err error) {
	c := o.cfg
	if !c.serves() {
		return nil
	}
	l := c.listener
	if l == nil {
		var taken error
		if l, taken, err = c.address.listen(ctx); err != nil {
			return err
		}
		if taken != nil {
			o.gaveWay("WithAddress", c.address, l.Addr(), taken)
		}
	}
	o.server = webserver.Start(l, o.handler, c.webConfigFile, o.log)
	return nil
}

// gaveWay has it told, after the first line, that a default address cannot be had,
// and by which option another one is chosen.
func (o *Observer) gaveWay(option string, from address, to net.Addr, taken error) {
	o.taken = append(o.taken, []zap.Field{
		zap.String(catalog.FieldFrom, from.hostPort), zap.Stringer(catalog.FieldTo, to),
		zap.String(catalog.FieldDetail, option), zap.Error(taken),
	})
}

// Addr returns the address at which the Observer serves, nil when it does not.
func (o *Observer) Addr() net.Addr {
	if o == nil {
		return nil
	}
	return o.server.Addr()
}

// Failed returns a channel for the error that ended the server, if something does
// before [Observer.Shutdown]. It is nil when the Observer does not serve.
func (o *Observer) Failed() <-chan error {
	if o == nil {
		return nil
	}
	return o.server.Failed()
}
