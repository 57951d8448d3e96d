package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Typed JSON: JSON as encoding/json reads it into `any` (numbers are float64), plus objects of one key that
// starts with `$` for every other Go type. The README lists the vocabulary.

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// decodeTyped turns typed JSON into the Go value it stands for.
func decodeTyped(raw []byte) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	return typed(v)
}

func typed(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Float64()
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = typed(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if len(v) == 1 {
			for key, inner := range v {
				if strings.HasPrefix(key, "$") {
					return typedObject(key, inner)
				}
			}
		}
		return typedMap(v)
	}
	return v, nil
}

func typedMap(v map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(v))
	for key, item := range v {
		inner, err := typed(item)
		if err != nil {
			return nil, err
		}
		out[key] = inner
	}
	return out, nil
}

func integer(v any) int64 {
	n, _ := strconv.ParseInt(fmt.Sprint(v), 10, 64)
	return n
}

func unsigned(v any) uint64 {
	n, _ := strconv.ParseUint(fmt.Sprint(v), 10, 64)
	return n
}

func float(v any) float64 {
	n, _ := strconv.ParseFloat(fmt.Sprint(v), 64)
	return n
}

func items[T any](v any, one func(any) T) []T {
	list, _ := v.([]any)
	out := make([]T, len(list))
	for i, item := range list {
		out[i] = one(item)
	}
	return out
}

// typedObject decodes `{"$key": v}`.
func typedObject(key string, v any) (any, error) {
	str := func(v any) string {
		if raw, ok := v.(map[string]any); ok {
			b, _ := base64.StdEncoding.DecodeString(fmt.Sprint(raw["$str_b64"]))
			return string(b)
		}
		return fmt.Sprint(v)
	}
	switch key {
	case "$int":
		return int(integer(v)), nil
	case "$int8":
		return int8(integer(v)), nil
	case "$int16":
		return int16(integer(v)), nil
	case "$int32":
		return int32(integer(v)), nil
	case "$int64":
		return integer(v), nil
	case "$uint":
		return uint(unsigned(v)), nil
	case "$uint8":
		return uint8(unsigned(v)), nil
	case "$uint16":
		return uint16(unsigned(v)), nil
	case "$uint32":
		return uint32(unsigned(v)), nil
	case "$uint64":
		return unsigned(v), nil
	case "$float32":
		return float32(float(v)), nil
	case "$float64":
		return float(v), nil
	case "$number":
		return json.Number(str(v)), nil
	case "$complex":
		parts := items(v, float)
		return complex(parts[0], parts[1]), nil
	case "$bytes":
		return base64.StdEncoding.DecodeString(str(v))
	case "$str_b64":
		b, err := base64.StdEncoding.DecodeString(str(v))
		return string(b), err
	case "$strs":
		return items(v, str), nil
	case "$ints":
		return items(v, func(v any) int { return int(integer(v)) }), nil
	case "$int64s":
		return items(v, integer), nil
	case "$floats":
		return items(v, float), nil
	case "$bools":
		return items(v, func(v any) bool { return v == true }), nil
	case "$maps":
		list, _ := v.([]any)
		out := []map[string]any{}
		for _, item := range list {
			m, _ := item.(map[string]any)
			inner, err := typedMap(m)
			if err != nil {
				return nil, err
			}
			out = append(out, inner)
		}
		return out, nil
	case "$strmap":
		m, _ := v.(map[string]any)
		out := map[string]string{}
		for key, item := range m {
			out[key] = str(item)
		}
		return out, nil
	case "$map":
		m, _ := v.(map[string]any)
		return typedMap(m)
	case "$pairs":
		list, _ := v.([]any)
		out := map[any]any{}
		for _, item := range list {
			pair, _ := item.([]any)
			k, err := typed(pair[0])
			if err != nil {
				return nil, err
			}
			if out[k], err = typed(pair[1]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case "$nil":
		return typedNil(str(v))
	case "$error":
		return errors.New(str(v)), nil
	case "$duration":
		return time.Duration(integer(v)), nil
	case "$time":
		return time.Unix(0, integer(v)).UTC(), nil
	}
	return nil, fmt.Errorf("typed JSON has no %s", key)
}

func typedNil(name string) (any, error) {
	switch name {
	case "map[string]interface {}":
		return map[string]any(nil), nil
	case "[]interface {}":
		return []any(nil), nil
	case "[]string":
		return []string(nil), nil
	case "[]uint8":
		return []byte(nil), nil
	}
	return nil, fmt.Errorf("typed JSON has no nil %s", name)
}

// encodeTyped is the inverse, for answers.
func encodeTyped(v any) json.RawMessage { return plainJSON(untyped(v)) }

func untyped(v any) any {
	one := func(key string, v any) any { return map[string]any{key: v} }
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		if !utf8.ValidString(v) {
			return one("$str_b64", base64.StdEncoding.EncodeToString([]byte(v)))
		}
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return one("$float64", strconv.FormatFloat(v, 'g', -1, 64))
		}
		return v
	case []byte:
		return one("$bytes", base64.StdEncoding.EncodeToString(v))
	case []string:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = untyped(item)
		}
		return one("$strs", out)
	case []any:
		if v == nil {
			return one("$nil", "[]interface {}")
		}
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = untyped(item)
		}
		return out
	case map[string]any:
		if v == nil {
			return one("$nil", "map[string]interface {}")
		}
		out := make(map[string]any, len(v))
		escape := false
		for key, item := range v {
			out[key] = untyped(item)
			escape = escape || (len(v) == 1 && strings.HasPrefix(key, "$"))
		}
		if escape {
			return one("$map", out)
		}
		return out
	case map[any]any:
		pairs := [][2]any{}
		for key, item := range v {
			pairs = append(pairs, [2]any{untyped(key), untyped(item)})
		}
		slices.SortFunc(pairs, func(a, b [2]any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		return one("$pairs", pairs)
	case json.Number:
		return one("$number", string(v))
	case time.Duration:
		return one("$duration", int64(v))
	case time.Time:
		return one("$time", v.UnixNano())
	case []map[string]any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = untyped(item)
		}
		return one("$maps", out)
	case error:
		return one("$error", v.Error())
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return one("$"+r.Kind().String(), v)
	case reflect.Float32:
		return one("$float32", strconv.FormatFloat(r.Float(), 'g', -1, 32))
	}
	return one("$go", fmt.Sprintf("%#v", v))
}
