package classify

import "reflect"

// codes are those of gRPC that say something without the method that was called. Not
// among them are what may or may not be a miss (NotFound) and what is a limit of
// anything (ResourceExhausted).
var codes = map[uint64]finding{
	1:  othersCanceled,
	3:  othersInvalidArgument,
	4:  othersTimeout,
	10: othersConflict, // Aborted
	11: othersInvalidArgument,
	14: othersUnavailable,
	15: othersCorruption, // DataLoss
}

// status finds what the status of gRPC says that an error has.
func (f *findings) status(err error) {
	if x, ok := codes[statusCode(err)]; ok {
		f.add(x)
	}
}

// statusCode returns err.GRPCStatus().Code(), or 0. It is found by its name, so that
// nobody who has no use for gRPC links it. The names are constants: the linker then
// still drops other methods that nobody calls.
func statusCode(err error) (code uint64) {
	defer func() {
		if recover() != nil {
			code = 0
		}
	}()
	method := reflect.ValueOf(err).MethodByName("GRPCStatus")
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 {
		return 0
	}
	method = method.Call(nil)[0].MethodByName("Code")
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 || method.Type().Out(0).Kind() != reflect.Uint32 {
		return 0
	}
	return method.Call(nil)[0].Uint()
}
