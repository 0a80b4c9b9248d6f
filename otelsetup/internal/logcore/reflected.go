package logcore

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// reflected returns a field without a name whose value is what encoding/json
// makes of v.
func reflected(v any, depth int) (zapcore.Field, error) {
	if v == nil {
		return zap.Reflect("", nil), nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return zapcore.Field{}, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return decode(d, depth)
}

// decode reads one value, and keeps the order of an object.
func decode(d *json.Decoder, depth int) (zapcore.Field, error) {
	token, err := d.Token()
	if err != nil {
		return zapcore.Field{}, err
	}
	switch v := token.(type) {
	case json.Delim:
		if depth >= MaxDepth-1 {
			return zap.String("", TooDeep), skip(d)
		}
		members, err := decodeMembers(d, v == '{', depth+1)
		if v == '{' {
			return zap.Object("", object(settle(members, 0))), err
		}
		return zap.Array("", array(members)), err
	case json.Number:
		return number(v.String()), nil
	case string:
		return zap.String("", v), nil
	case bool:
		return zap.Bool("", v), nil
	default:
		return zap.Reflect("", nil), nil
	}
}

func decodeMembers(d *json.Decoder, named bool, depth int) ([]zapcore.Field, error) {
	var members []zapcore.Field
	for d.More() {
		var key string
		if named {
			token, err := d.Token()
			if err != nil {
				return nil, err
			}
			key = token.(string)
		}
		f, err := decode(d, depth)
		if err != nil {
			return nil, err
		}
		f.Key = key
		members = append(members, f)
	}
	_, err := d.Token() // the closing delimiter
	return members, err
}

// skip reads to the end of the object or array that was begun.
func skip(d *json.Decoder) error {
	for open := 1; open > 0; {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			open++
		case json.Delim('}'), json.Delim(']'):
			open--
		}
	}
	return nil
}

// number returns a number of JSON as what is nearest and exact: an int64, a
// float64 where it is written as one, else text.
func number(text string) zapcore.Field {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text != "-0" {
		return zap.Int64("", n)
	}
	if strings.ContainsAny(text, ".eE") || text == "-0" {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			return zap.Float64("", v)
		}
	}
	return zap.String("", text)
}
