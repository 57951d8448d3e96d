//go:build ignore

// Records what Sprig makes with keys: go run record.go, in a module that requires Sprig v3.3.0.
//
// A certificate is written as its DER tree. What is random (serial, key, key identifiers, signature) is
// replaced by what it is; times are replaced by their form and the length of the validity.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

func main() {
	certificates()
	privateKeys()
	failures()
}

func call(expression string, data any) (string, error) {
	t, err := template.New("t").Funcs(sprig.TxtFuncMap()).Parse(expression)
	check(err)
	var out bytes.Buffer
	err = t.Execute(&out, data)
	return out.String(), err
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func header() string {
	return fmt.Sprintf("oracle: Sprig v3.3.0 on %s\n", runtime.Version())
}

func key(kind string) string {
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	ec := func(curve elliptic.Curve) string {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		check(err)
		der, err := x509.MarshalECPrivateKey(k)
		check(err)
		return block("EC PRIVATE KEY", der)
	}
	switch kind {
	case "rsa1024", "rsa2048":
		bits := 1024
		if kind == "rsa2048" {
			bits = 2048
		}
		k, err := rsa.GenerateKey(rand.Reader, bits)
		check(err)
		return block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k))
	case "p256":
		return ec(elliptic.P256())
	case "p384":
		return ec(elliptic.P384())
	case "p521":
		return ec(elliptic.P521())
	case "dsa", "ed25519":
		out, err := call("{{ genPrivateKey . }}", kind)
		check(err)
		return out
	}
	return ""
}

func certificates() {
	type list = []any
	cases := []struct {
		file, call, cn, key string
		ips, names          list
		days                int
		ca                  string
	}{
		{"ca", "genCA", "shop-ca", "", nil, nil, 3650, ""},
		{"ca-unicode", "genCA", "ünïcode & co", "", nil, nil, 9000, ""},
		{"ca-empty-name", "genCA", "", "", nil, nil, 1, ""},
		{"ca-no-days", "genCA", "a", "", nil, nil, 0, ""},
		{"ca-negative-days", "genCA", "a", "", nil, nil, -10, ""},
		{"ca-many-days", "genCA", "a", "", nil, nil, 36500, ""},
		{"ca-overflowing-days", "genCA", "a", "", nil, nil, 200000, ""},
		{"ca-key-rsa1024", "genCAWithKey", "a", "rsa1024", nil, nil, 10, ""},
		{"ca-key-rsa2048", "genCAWithKey", "a", "rsa2048", nil, nil, 10, ""},
		{"ca-key-p256", "genCAWithKey", "a", "p256", nil, nil, 10, ""},
		{"ca-key-p384", "genCAWithKey", "a", "p384", nil, nil, 10, ""},
		{"ca-key-p521", "genCAWithKey", "a", "p521", nil, nil, 10, ""},
		{"ca-key-ed25519", "genCAWithKey", "a", "ed25519", nil, nil, 10, ""},
		{"self-signed", "genSelfSignedCert", "*.example.com", "", list{"10.0.0.1", "::1", "::ffff:1.2.3.4"}, list{"a", "b.c"}, 365, ""},
		{"self-signed-bare", "genSelfSignedCert", "a b'c(d)e+f,g-h.i/j:k=l?m", "", nil, nil, 365, ""},
		{"self-signed-underscore", "genSelfSignedCert", "a_b", "", nil, nil, 365, ""},
		{"self-signed-empty-name", "genSelfSignedCert", "", "", list{"fe80::1"}, list{""}, 365, ""},
		{"self-signed-empty-lists", "genSelfSignedCert", "x", "", list{}, list{}, 365, ""},
		{"self-signed-key-p256", "genSelfSignedCertWithKey", "x", "p256", nil, list{"x.svc"}, 365, ""},
		{"self-signed-key-ed25519", "genSelfSignedCertWithKey", "x", "ed25519", nil, list{"x.svc"}, 365, ""},
		{"signed", "genSignedCert", "shop.svc", "", list{"127.0.0.1"}, list{"shop", "shop.svc"}, 365, "shop-ca"},
		{"signed-same-name", "genSignedCert", "same", "", nil, nil, 365, "same"},
		{"signed-unicode-ca", "genSignedCert", "b", "", nil, nil, 365, "Ünï"},
		{"signed-key-p384", "genSignedCertWithKey", "b", "p384", nil, nil, 365, "ca"},
	}
	for _, c := range cases {
		data := map[string]any{"cn": c.cn, "ips": c.ips, "names": c.names, "days": c.days, "key": key(c.key)}
		args := map[string]string{
			"genCA":                    ".cn .days",
			"genCAWithKey":             ".cn .days .key",
			"genSelfSignedCert":        ".cn .ips .names .days",
			"genSelfSignedCertWithKey": ".cn .ips .names .days .key",
			"genSignedCert":            ".cn .ips .names .days $ca",
			"genSignedCertWithKey":     ".cn .ips .names .days $ca .key",
		}
		ca := ""
		if c.ca != "" {
			ca = fmt.Sprintf("{{ $ca := genCA %q 10 }}", c.ca)
		}
		out, err := call(fmt.Sprintf("%s{{ $c := %s %s }}{{ $c.Cert }}{{ $c.Key }}", ca, c.call, args[c.call]), data)
		check(err)
		first, rest := pem.Decode([]byte(out))
		second, _ := pem.Decode(rest)
		cert, err := x509.ParseCertificate(first.Bytes)
		check(err)
		var b strings.Builder
		b.WriteString(header())
		fmt.Fprintf(&b, "call: %s\ncn: %s\n", c.call, c.cn)
		for _, ip := range c.ips {
			fmt.Fprintf(&b, "ip: %s\n", ip)
		}
		for _, name := range c.names {
			fmt.Fprintf(&b, "name: %s\n", name)
		}
		fmt.Fprintf(&b, "days: %d\n", c.days)
		if c.key != "" {
			fmt.Fprintf(&b, "key: %s\n", c.key)
		}
		if c.ca != "" {
			fmt.Fprintf(&b, "ca: %s\n", c.ca)
		}
		fmt.Fprintf(&b, "validity: %d\n", cert.NotAfter.Unix()-cert.NotBefore.Unix())
		fmt.Fprintf(&b, "key block: %s\n", second.Type)
		b.WriteString("certificate:\n")
		tree(&b, first.Bytes, "")
		check(os.WriteFile("certificate-"+c.file+".txt", []byte(b.String()), 0o644))
	}
}

// tree writes one line for each value: its path, its tag, and its contents where they are not random.
func tree(b *strings.Builder, der []byte, path string) {
	for i := 0; len(der) > 0; i++ {
		var raw asn1.RawValue
		rest, err := asn1.Unmarshal(der, &raw)
		check(err)
		at := fmt.Sprintf("%s.%d", path, i)
		tag := raw.FullBytes[0]
		switch {
		case at == ".0.0.1":
			fmt.Fprintf(b, "%s %02x serial\n", at, tag)
		case at == ".0.0.6.1":
			fmt.Fprintf(b, "%s %02x public key\n", at, tag)
		case at == ".0.2":
			fmt.Fprintf(b, "%s %02x signature\n", at, tag)
		case tag == 0x17 || tag == 0x18:
			fmt.Fprintf(b, "%s %02x time of %d\n", at, tag, len(raw.Bytes))
		case isKeyID(raw.Bytes, tag):
			fmt.Fprintf(b, "%s %02x key id of %d\n", at, tag, len(raw.Bytes))
		case raw.IsCompound:
			fmt.Fprintf(b, "%s %02x\n", at, tag)
			tree(b, raw.Bytes, at)
		default:
			fmt.Fprintf(b, "%s %02x %x\n", at, tag, raw.Bytes)
		}
		der = rest
	}
}

// isKeyID tells the octets of a subject's or authority's key identifier.
func isKeyID(octets []byte, tag byte) bool {
	return tag == 4 && (len(octets) == 22 && octets[0] == 4 && octets[1] == 20 ||
		len(octets) == 24 && octets[0] == 0x30 && octets[2] == 0x80 && octets[3] == 20)
}

func privateKeys() {
	var b strings.Builder
	b.WriteString(header())
	for _, kind := range []string{"", "rsa", "dsa", "ecdsa", "ed25519", "foo", "RSA"} {
		out, err := call("{{ genPrivateKey . }}", kind)
		check(err)
		block, _ := pem.Decode([]byte(out))
		if block == nil {
			fmt.Fprintf(&b, "kind: %s\ntext: %s\n", kind, out)
			continue
		}
		fmt.Fprintf(&b, "kind: %s\nblock: %s\n", kind, block.Type)
		numbers(&b, block.Bytes, "")
	}
	check(os.WriteFile("private-keys.txt", []byte(b.String()), 0o644))
}

// numbers writes the tags of a key, and contents that are no secret: small ones and identifiers.
func numbers(b *strings.Builder, der []byte, path string) {
	for i := 0; len(der) > 0; i++ {
		var raw asn1.RawValue
		rest, err := asn1.Unmarshal(der, &raw)
		check(err)
		at := fmt.Sprintf("%s.%d", path, i)
		tag := raw.FullBytes[0]
		switch {
		case raw.IsCompound:
			fmt.Fprintf(b, "%s %02x\n", at, tag)
			numbers(b, raw.Bytes, at)
		case len(raw.Bytes) < 12:
			fmt.Fprintf(b, "%s %02x %x\n", at, tag, raw.Bytes)
		default:
			// A number of n random bits is now and then some bytes shorter.
			fmt.Fprintf(b, "%s %02x about %d\n", at, tag, (len(raw.Bytes)+4)/32*32)
		}
		der = rest
	}
}

func failures() {
	block := func(kind, body string) string {
		return "-----BEGIN " + kind + "-----\n" + body + "-----END " + kind + "-----\n"
	}
	p256, rsa2048 := key("p256"), key("rsa2048")
	k8 := func() string {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		check(err)
		der, err := x509.MarshalPKCS8PrivateKey(k)
		check(err)
		return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}()
	ca, err := call(`{{ (genCA "a" 1).Cert }}`, nil)
	check(err)
	keys := []string{
		"", "nope", ca, key("dsa"),
		strings.ReplaceAll(p256, "EC PRIVATE", "RSA PRIVATE"),
		strings.ReplaceAll(p256, "EC PRIVATE", "PRIVATE"),
		strings.ReplaceAll(rsa2048, "RSA PRIVATE", "EC PRIVATE"),
		strings.ReplaceAll(rsa2048, "RSA PRIVATE", "PRIVATE"),
		strings.ReplaceAll(k8, "PRIVATE", "EC PRIVATE"),
		strings.ReplaceAll(k8, "PRIVATE", "RSA PRIVATE"),
		strings.ReplaceAll(k8, "PRIVATE", "FOO PRIVATE"),
	}
	for _, kind := range []string{"RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "PRIVATE KEY", "KEY"} {
		for _, body := range []string{"", "AAAA\n", "MAA=\n", "aGVsbG8gd29ybGQ=\n", "MA==\n", "MIAAAA==\n"} {
			keys = append(keys, block(kind, body))
		}
	}
	var b strings.Builder
	b.WriteString(header())
	fail := func(name, expression string, data map[string]any, inputs ...string) {
		_, err := call(expression, data)
		fmt.Fprintf(&b, "call: %s\n", name)
		for _, input := range inputs {
			fmt.Fprintf(&b, "input: %s\n", strings.ReplaceAll(input, "\n", `\n`))
		}
		if err == nil {
			b.WriteString("ok\n")
			return
		}
		_, text, _ := strings.Cut(err.Error(), "error calling "+name+": ")
		fmt.Fprintf(&b, "error: %s\n", strings.ReplaceAll(text, "\n", `\n`))
	}
	for _, k := range keys {
		fail("genCAWithKey", `{{ genCAWithKey "x" 1 .key }}`, map[string]any{"key": k}, k)
	}
	for _, ip := range []string{
		"", "1.2.3", "01.2.3.4", "1.2.3.4.5", "1.2.3.256", "::g", "fe80::1%eth0", "1:2:3:4:5:6:7::", "1::2::3", "10.0.0.1/8",
		"::1.2.3.4", "::ffff:1.2.3.4", " ::1", "1:2:3:4:5:6:7:8:9", "12345::", "1.2.3.4:80", "::1.2.3",
	} {
		fail("genSelfSignedCert", `{{ genSelfSignedCert "x" (list .ip) nil 1 }}`, map[string]any{"ip": ip}, "ip", ip)
	}
	for _, name := range []string{"bü\"cher", "bü\\\tcher\x01\x7f", "a b", "日本", "\u00a0", "\u200b\u2028", "\U0001f600"} {
		fail("genSelfSignedCert", `{{ genSelfSignedCert "x" nil (list .name) 1 }}`, map[string]any{"name": name}, "name", name)
	}
	encode := func(text string) string { out, _ := call("{{ b64enc . }}", text); return out }
	for _, pair := range [][2]string{
		{"!", ""}, {"", "!"}, {"", ""}, {encode(ca), ""}, {encode("x"), encode(p256)}, {encode(ca), encode(p256)},
		{encode(block("CERTIFICATE", "MAA=\n")), ""},
		{encode(block("CERTIFICATE", "aGVsbG8gd29ybGQ=\n")), ""},
		{encode(block("CERTIFICATE", "")), ""},
		{encode(p256), encode(ca)},
		{encode(ca), encode(ca)},
	} {
		fail("buildCustomCert", `{{ buildCustomCert .cert .key }}`, map[string]any{"cert": pair[0], "key": pair[1]}, pair[0], pair[1])
	}
	for _, pair := range [][2]string{{ca, p256}, {ca, rsa2048}, {ca, key("dsa")}} {
		fail("genSignedCert", `{{ genSignedCert "x" nil nil 1 (buildCustomCert (b64enc .cert) (b64enc .key)) }}`,
			map[string]any{"cert": pair[0], "key": pair[1]}, pair[0], pair[1])
	}
	check(os.WriteFile("failures.txt", []byte(b.String()), 0o644))
}
