package fault

import (
	"errors"
	"net/http"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Mount adds GET /fault and POST /fault?kind= to mux, the latter behind a guard: a page that
// the user looks at in another tab must not switch faults.
func (w *Switch) Mount(mux *http.ServeMux, guard func(http.Handler) http.Handler, logger *zap.Logger) {
	mux.HandleFunc("GET /fault", func(res http.ResponseWriter, _ *http.Request) {
		program.Answer(res, http.StatusOK, w.On().String())
	})
	mux.Handle("POST /fault", guard(http.HandlerFunc(func(res http.ResponseWriter, r *http.Request) { w.change(res, r, logger) })))
}

// change switches to the fault that is named by kind, in the query or in a form.
func (w *Switch) change(res http.ResponseWriter, r *http.Request, logger *zap.Logger) {
	r.Body = http.MaxBytesReader(res, r.Body, 1<<10)
	f, err := Parse(r.FormValue("kind"))
	if err == nil {
		err = w.Set(f)
	}
	switch {
	case errors.Is(err, ErrUnknown):
		program.Answer(res, http.StatusBadRequest, err.Error())
	case err != nil:
		program.Answer(res, http.StatusUnprocessableEntity, err.Error())
	default:
		logger.Info(catalog.FaultChanged, zap.Stringer(catalog.FieldFault, f))
		program.Answer(res, http.StatusOK, f.String())
	}
}
