package main

import (
	"encoding/json"
	"strings"
)

func sprintf(t *topic, format string, args ...string) {
	t.add(Case{Kind: "fmt", Format: text(format), Args: json.RawMessage("[" + strings.Join(args, ",") + "]")})
}

func suiteFmt() {
	verbs := strings.Split("v d s q x X o O b c U e E f F g G t T p w z !", " ")
	t := newTopic("fmt", "verbs")
	for _, verb := range verbs {
		for _, value := range printable {
			sprintf(t, "%"+verb, value)
		}
	}

	flags := newTopic("fmt", "flags")
	few := []string{`{"$int":42}`, `{"$int":-42}`, `{"$int":0}`, `{"$uint8":255}`, `3.14159`, `-0.000123`, `1e21`, `{"$float64":"NaN"}`, `{"$float64":"-Inf"}`, `"héllo"`, `""`, "\"a`b\\n\"", `{"$bytes":"aGk="}`, `true`, `null`, `["a",{"$int":1},1.5]`, `{"k":"v"}`, `{"$strs":["a","b"]}`, `{"$complex":[1,-2]}`, `{"$int32":19990}`}
	for _, verb := range strings.Split("v d s q x X o b c U e f g t", " ") {
		for _, form := range []string{"%+", "%-", "%#", "% ", "%0", "%8", "%-8", "%08", "%.2", "%8.2", "%-8.2", "%08.2", "%.0", "%.", "%+.3", "%#x"[:2] + "8", "% 08", "%+08", "%-08", "%#+", "%+#-12.4", "% #"} {
			for i, value := range few {
				// Every value meets every verb, and every flag meets every value over the verbs.
				if (len(form)+i+int(verb[0]))%3 == 0 || verb == "v" && i%2 == 0 {
					sprintf(flags, form+verb+"|", value)
				}
			}
		}
	}

	args := newTopic("fmt", "arguments")
	for _, format := range []string{
		"", "plain", "%", "%%", "%5%", "%d", "%d %d", "%d %d %d", "%[1]d", "%[2]d %[1]d", "%[3]d", "%[0]d", "%[-1]d", "%[x]d", "%[1d", "%[]d", "%[1]", "%[1]*d", "%[2]*[1]d", "%*d", "%-*d", "%.*d", "%.*f", "%*.*f", "%[3]*.[2]*[1]f", "%[1]d %d", "%[2]d %d", "%.[1]d", "%.[2]*[1]d", "%1[2]d", "%[2]2d", "%d%[1]d", "%z", "%!", "%-", "%+", "%#", "%0", "%.", "% ", "%5", "%5.", "%é", "%世", "a%", "%d%", "%1000001d", "%.1000001d", "%999999999999d"[:3] + "d", "%s%s", "%v %v", "%T %T", "%+v %#v", "%[1]v %[1]T %[1]q", "%w", "%!d", "%-5d|%5d|", "%6.2f%%", "%x %X", "% x", "%#x", "%q", "%+q", "%#q", "%c%c", "%U %#U", "%t", "%08b", "%o %#o %O", "%e %E", "%g %G", "%p", "%s", "%10s|%-10s|", "%.3s", "%5t", "%05s", "%-05d|", "%+5d|", "% d", "%+.2e", "%d %s", "%s %d",
	} {
		sprintf(args, format)
		sprintf(args, format, `{"$int":7}`)
		sprintf(args, format, `{"$int":7}`, `{"$int":3}`)
		sprintf(args, format, `1.5`, `"two"`)
		sprintf(args, format, `"hello"`)
		sprintf(args, format, `1.5`, `2`, `3`)
		sprintf(args, format, `null`, `{"$int":3}`, `{"$int":12}`)
	}

	floats := newTopic("fmt", "floats")
	for _, value := range []string{"0", "1", "-1", "10", "100000", "1000000", "1234567", "12345678", "123456789", "1e20", "1e21", "1e22", "1.5", "0.5", "2.5", "0.1", "0.2", "0.30000000000000004", "1e-4", "1e-5", "0.00001234", "3.141592653589793", "1e100", "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "9007199254740993", "123456.789", "999999.5", "0.045", "1.005", "8.5", "1e15", "123e18", `{"$float64":"-0"}`, `{"$float64":"NaN"}`, `{"$float64":"+Inf"}`, `{"$float32":0.1}`, `{"$float32":16777216}`, `{"$float32":3.4028235e38}`, `{"$float32":1e-45}`, `{"$float32":1000000}`, `{"$float32":21000000}`} {
		for _, format := range []string{"%v", "%g", "%G", "%e", "%E", "%f", "%.0f", "%.1f", "%.2f", "%.10f", "%.3g", "%.17g", "%.0e", "%.3e", "%10.2f|", "%-10.2f|", "%010.2f", "%+.2f", "% .2f", "%#g", "%#v", "%#.3g", "%x", "%.2x", "%X", "%b", "%d", "%s", "%6v|", "%06v", "%.3v", "%+v", "%q"} {
			sprintf(floats, format, value)
		}
	}

	ints := newTopic("fmt", "integers")
	for _, value := range []string{`{"$int":0}`, `{"$int":7}`, `{"$int":-7}`, `{"$int":65}`, `{"$int":1114112}`, `{"$int":55296}`, `{"$int64":-9223372036854775808}`, `{"$int64":9223372036854775807}`, `{"$uint64":18446744073709551615}`, `{"$int8":-128}`, `{"$uint8":65}`, `{"$uint16":8232}`, `{"$int32":128512}`, `{"$uint32":4294967295}`, `{"$duration":90000000000}`, `{"$ints":[1,22,-3]}`, `{"$bytes":"AQL/"}`} {
		for _, format := range []string{"%v", "%d", "%+d", "% d", "%5d|", "%-5d|", "%05d", "%.5d", "%8.3d|", "%-8.3d|", "%08.3d|", "%.0d", "%x", "%X", "%#x", "%#X", "% x", "%# x", "%o", "%#o", "%O", "%b", "%#b", "%020b", "%c", "%q", "%#q", "%+q", "%U", "%#U", "%8U|", "%.6U", "%#v", "%T", "%s", "%f", "%e", "%t", "%+x", "%05c|", "%5q|", "%x%%"} {
			sprintf(ints, format, value)
		}
	}

	strs := newTopic("fmt", "strings")
	for _, value := range []string{`""`, `"abc"`, `"héllo 世界"`, `"tab\tnl\n\"q\" 'a' \\"`, "\"`\"", `"\u0000\u0007\u001b\u007f\u0085\u00a0\u00ad\u2028\ufeff\ufffd"`, `"😀\u200d"`, `{"$str_b64":"gGH/wIA="}`, `{"$bytes":"aGkA/w=="}`, `{"$strs":["a b","c\n"]}`, `["x",null]`, `{"$error":"bad"}`, `"%d"`} {
		for _, format := range []string{"%v", "%s", "%q", "%+q", "%#q", "%#+q", "%x", "%X", "% x", "%#x", "%# x", "%.2s|", "%6s|", "%-12s|", "%012s|", "%.0s|", "%12.3s|", "%.2q", "%14q|", "%.1x", "%8x|", "%#v", "%+v", "%d", "%t", "%c", "%U", "%T", "%5t", "%e"} {
			sprintf(strs, format, value)
		}
	}
}
