package blocking

import (
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// names returns the set of the words.
func names(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// foreignFuncs are functions and methods outside of this repository, by the
// path of their package. A path that ends in a slash stands for all below it.
var foreignFuncs = []struct {
	path  string
	names map[string]bool
}{
	{"go.uber.org/zap", names(`Check DPanic DPanicf DPanicln DPanicw Debug Debugf Debugln Debugw Error Errorf
		Errorln Errorw Fatal Fatalf Fatalln Fatalw Info Infof Infoln Infow Log Logf Logln Logw Panic Panicf
		Panicln Panicw Sync Warn Warnf Warnln Warnw`)},
	{"go.uber.org/zap/zapcore", names(`Write Sync`)},
	{"log", names(`Fatal Fatalf Fatalln Output Panic Panicf Panicln Print Printf Println`)},
	{"log/slog", names(`Debug DebugContext Error ErrorContext Handle Info InfoContext Log LogAttrs Warn
		WarnContext`)},
	{"github.com/go-logr/logr", names(`Error Info`)},
	{"go.opentelemetry.io/", names(`Collect Emit Export ForceFlush Handle OnEmit OnEnd OnStart Produce Shutdown
		Unregister`)},
	{"github.com/prometheus/", names(`Collect Describe Gather MustRegister Register Unregister`)},
	{"os", names(`Chmod Close Create CreateTemp Link Lstat Mkdir MkdirAll MkdirTemp Open OpenFile Read ReadAt
		ReadDir ReadFile ReadFrom Readdir Remove RemoveAll Rename Stat Sync Truncate Wait Write WriteAt WriteFile
		WriteString WriteTo`)},
	{"os/exec", names(`CombinedOutput Output Run Start Wait`)},
	{"net", names(`Dial DialContext DialTimeout Listen LookupAddr LookupHost LookupIP Read Write`)},
	{"net/http", names(`Do Get Head ListenAndServe ListenAndServeTLS Post PostForm Serve ServeTLS Shutdown`)},
}

// wrapped are types that read or write through what they were made of.
var wrapped = map[string]map[string]bool{
	"bufio":          names(`Flush Read ReadByte ReadBytes ReadFrom ReadLine ReadRune ReadSlice ReadString Scan Write WriteByte WriteRune WriteString WriteTo Peek Discard`),
	"compress/gzip":  names(`Close Flush Read Write`),
	"encoding/csv":   names(`Flush Read ReadAll Write WriteAll`),
	"encoding/json":  names(`Decode Encode Token`),
	"text/tabwriter": names(`Flush Write`),
}

// harmless are interfaces and function types whose methods and functions are
// called everywhere and return at once, and the sync.Locker that is a lock.
var harmless = names(`error context.Context context.CancelFunc context.CancelCauseFunc fmt.Stringer
	go.opentelemetry.io/otel/metric.Float64Observer go.opentelemetry.io/otel/metric.Int64Observer
	go.opentelemetry.io/otel/metric.Observer
	hash.Hash hash.Hash32 hash.Hash64 io/fs.DirEntry io/fs.FileInfo math/rand/v2.Source net.Addr
	os.Signal reflect.Type sort.Interface sync.Locker`)

// inMemory are readers and writers that wait for nobody.
var inMemory = names(`bytes.Buffer bytes.Reader strings.Builder strings.Reader hash.Hash hash.Hash32 hash.Hash64
	crypto/sha256.digest`)

func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	return types.TypeString(t, nil)
}

// harmlessFunc reports whether values of the type are clocks, or functions of
// the harmless types.
func harmlessFunc(t types.Type) bool {
	if harmless[types.TypeString(types.Unalias(t), nil)] {
		return true
	}
	signature, ok := t.Underlying().(*types.Signature)
	if !ok || signature.Params().Len() != 0 || signature.Results().Len() != 1 {
		return false
	}
	result := types.TypeString(signature.Results().At(0).Type(), nil)
	return result == "time.Time" || result == "time.Duration"
}

// foreignFunc describes a call of a function of another package if it is
// foreign.
func (p *program) foreignFunc(fn *types.Func, call *ssa.CallCommon) string {
	path := fn.Pkg().Path()
	if wrapped[path][fn.Name()] && fn.Signature().Recv() != nil {
		if len(call.Args) > 0 && p.inMemory(call.Args[0]) {
			return ""
		}
		return fullName(fn)
	}
	for _, set := range foreignFuncs {
		below := strings.HasSuffix(set.path, "/") && strings.HasPrefix(path, set.path)
		if path == "go.uber.org/zap" && fn.Signature().Recv() == nil {
			continue // zap.Error is a field
		}
		if (below || path == set.path) && set.names[fn.Name()] {
			return fullName(fn)
		}
	}
	if makesWrapper(fn) {
		return ""
	}
	for _, argument := range call.Args {
		if readsOrWrites(argument.Type()) && !p.inMemory(argument) {
			return fullName(fn) + " on " + types.TypeString(argument.Type(), nil)
		}
	}
	return ""
}

// makesWrapper reports whether the function only keeps its reader or writer.
func makesWrapper(fn *types.Func) bool {
	for _, prefix := range []string{"New", "Multi", "Limit", "Tee", "NopCloser", "With"} {
		if strings.HasPrefix(fn.Name(), prefix) {
			return true
		}
	}
	return false
}

func readsOrWrites(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	if !ok {
		return false
	}
	for method := range i.Methods() {
		if method.Name() == "Write" || method.Name() == "Read" {
			return true
		}
	}
	return false
}

// inMemory reports whether a reader or writer is one that waits for nobody, or
// wraps such. One of a type of this package is a matter of its own methods.
func (p *program) inMemory(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return true
	case *ssa.MakeInterface:
		return p.inMemory(v.X)
	case *ssa.ChangeInterface:
		return p.inMemory(v.X)
	case *ssa.UnOp:
		if global, ok := v.X.(*ssa.Global); ok && global.RelString(nil) == "io.Discard" {
			return true
		}
	case *ssa.Call:
		if callee := v.Call.StaticCallee(); callee != nil && strings.HasPrefix(callee.Name(), "New") && callee.Pkg != p.pkg {
			for _, argument := range v.Call.Args {
				if readsOrWrites(argument.Type()) && !p.inMemory(argument) {
					return false
				}
			}
			return true
		}
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return p.inMemory(call)
		}
	}
	return p.declares(v.Type()) && !types.IsInterface(v.Type()) || inMemory[typeName(v.Type())]
}

// declares reports whether the type is one of this package.
func (p *program) declares(t types.Type) bool {
	named := namedOf(t)
	return named != nil && named.Obj().Pkg() == p.pkg.Pkg
}

func namedOf(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, _ := types.Unalias(t).(*types.Named)
	return named
}

func fullName(fn *types.Func) string {
	name := fn.Name()
	if receiver := fn.Signature().Recv(); receiver != nil {
		return types.TypeString(receiver.Type(), shortly) + "." + name
	}
	return fn.Pkg().Name() + "." + name
}

func shortly(pkg *types.Package) string { return pkg.Name() }
