package main

// Documents, times, cryptography.

func templateDocuments() {
	t := newTopic("template", "documents")
	values := []string{".Values.m", ".Values.l", ".Values.tree", ".Values.em", ".Values.el", ".Values.nil", ".Values.nope", ".Values.s", ".Values.e", ".Values.ml", ".Values.uni", ".Values.n", ".Values.mil", ".Values.big", ".Values.huge", ".Values.tiny", ".Values.f", ".Values.t", ".Values.maps", ".Values.nums", ".Values.oct", ".Values.num", "5", "(int64 5)", "(list 1 (dict \"a\" nil))", "(until 2)", `(dict "yes" "no" "1" "2" "n" "y")`, `(dict "<a>" "&b")`, ".Release", ".Chart.Name", ".Chart", ".Capabilities.KubeVersion", ".Capabilities.HelmVersion", `(splitList "," "a,b")`, `"\xff"`, `(semver "1.2.3-a+b")`, `"a: b"`, `" lead"`, `"null"`, `"\t"`, `'a'`, `(toDate "2006-01-02" "2024-02-29")`, `(dict "d" (mustToDuration "90s"))`, ".Files", ".Template", ".Subcharts", `(fromYaml "a: [1, {b: 2}]\nc: |\n  x\n  y\n")`}
	for _, f := range []string{"toYaml", "mustToYaml", "toYamlPretty", "toJson", "mustToJson", "toPrettyJson", "mustToPrettyJson", "toRawJson", "mustToRawJson", "toToml", "mustToToml"} {
		for _, v := range values {
			exprs(t, f+" "+v)
		}
		exprs(t, f+` (dict "x" (list 1 2 (dict "y" (list))) "z" "multi\nline\n" "t" true "n" nil)`)
	}
	for _, f := range []string{"toYaml", "mustToYaml", "toYamlPretty", "toJson", "mustToJson", "toPrettyJson", "toRawJson", "toToml", "mustToToml", "mustToPrettyJson", "mustToRawJson"} {
		exprs(t, f+` (dict "f" (float64 "NaN"))`, f+` (float64 "Inf")`, f+` (dict "a" (list 1 nil "x"))`, f+` (list (dict "a" 1) 2)`, f+` "<script>&\u2028</script>"`)
	}
	yamls := []string{`""`, `"a: 1"`, `"a: [1, x, null, 1.5, true]"`, `"- 1"`, `"x"`, `"a: b: c"`, `"a: 1\na: 2"`, `"{"`, `"a:\n\t- b"`, `"null"`, `"a: &x 1\nb: *x"`, `"1: a\ntrue: b"`, `"a: 0x1F\nb: 010\nc: yes\nd: 1e3\ne: 1_000"`, `"---\na: 1\n---\nb: 2"`, `"# c"`, `"a: !!binary aGk="`, `"é: 世"`, `"\xff"`, `"a: .inf"`, `"a: *b"`, `.Values.ml`, `"[1, {a: b}]"`, `"- a\n- b: [c]"`, `"[]"`, `"{}"`, `"5"`, `"a: |\n  text\n  more\n"`, `"a: 12345678901234567890"`, `"a: 2001-01-01"`}
	for _, y := range yamls {
		exprs(t, "fromYaml "+y+" | toJson", "fromYamlArray "+y+" | toJson", "(fromYaml "+y+").a", "fromYaml "+y, "fromYaml "+y+" | toYaml")
	}
	jsons := []string{`""`, `"{}"`, `"[]"`, `"null"`, `"1"`, `"\"s\""`, `"{\"a\":[1,\"x\",null,1.5,true]}"`, `"[1,{\"a\":2}]"`, `"{\"a\":1,}"`, `"{a:1}"`, `"{\"a\":12345678901}"`, `"{\"a\":1e400}"`, `"{\"a\":1}x"`, `"[1"`, `"\xff"`, `"{\"a\":\"\\u00e9\\n<\"}"`, `"tru"`, `"{\"b\":1,\"a\":{\"z\":0,\"y\":[]}}"`}
	for _, j := range jsons {
		for _, f := range []string{"fromJson", "fromJsonArray", "mustFromJson"} {
			exprs(t, f+" "+j+" | toJson", f+" "+j)
		}
		exprs(t, "(fromJson "+j+").a", "fromJson "+j+" | typeOf", "fromJsonArray "+j+" | len", "mustFromJson "+j+" | typeOf")
	}
	tomls := []string{`""`, `"a = 1"`, `"a = 1.5\nb = true\nc = \"x\""`, `"[t]\na = [1, 2]\n[t.u]\nb = 1"`, `"a = "`, `"a"`, `"[[x]]\ny = 1\n[[x]]\ny = 2"`, `"a = 2001-01-01"`, `"a = 1979-05-27T07:32:00Z"`, `"a = 07:32:00"`, `"a = {b = 1}"`, `"a = 1\na = 2"`, `"\xff"`, `"a = inf"`, `"é = 1"`, `"a = \"\"\"\nx\ny\"\"\""`, `"a = 9223372036854775808"`}
	for _, m := range tomls {
		exprs(t, "fromToml "+m+" | toJson", "fromToml "+m, "(fromToml "+m+").a", "fromToml "+m+" | toToml", "(fromToml "+m+").a | typeOf")
	}
	renders(t, shelf,
		"a:\n{{ toYaml .Values.tree | indent 2 }}\n", "a: {{ toYaml .Values.tree | nindent 2 }}\n", "{{- with .Values.tree }}\nx:\n  {{- toYaml . | nindent 2 }}\n{{- end }}\n", "{{ .Values.tree | toYamlPretty | nindent 4 }}", "{{ (.Values.tree | toYaml | fromYaml).port }}", "{{ .Values.tree | toJson | fromJson | toYaml }}", "{{ range (.Values.l | toJson | fromJsonArray) }}{{ . }};{{ end }}", "{{ (fromYaml \"a: {\").Error }}", "{{ (fromJson \"{\").Error }}", "{{ (fromToml \"a\").Error }}", "{{ first (fromYamlArray \"a: 1\") }}", "{{ first (fromJsonArray \"{}\") }}", "{{ $c := fromYaml \"a: {b: 1}\" }}{{ $_ := set $c.a \"b\" 2 }}{{ toYaml $c }}", "{{ toYaml .Values.s }}|{{ toYaml .Values.num }}|{{ toYaml .Values.oct }}|{{ toYaml .Values.ver }}", "{{ .Values.tree | toPrettyJson | indent 2 }}", "{{ dict \"k\" (.Values.tree | toYaml) | toYaml }}", "{{ toYaml (dict \"s\" .Values.s \"n\" .Values.n \"i\" (int .Values.n) \"mil\" .Values.mil \"big\" .Values.big \"f\" .Values.f) }}", "{{ toToml .Values.tree }}", "{{ .Values.tree | toToml | fromToml | toJson }}", "{{ $d := dict \"a\" 1 }}{{ $_ := set $d \"l\" (list $d.a) }}{{ toYaml $d }}", "{{ mustToYaml (dict \"f\" (float64 \"Inf\")) }}", "{{ toYaml (dict \"f\" (float64 \"Inf\")) }}|", "{{ toJson (float64 \"NaN\") }}|", "{{ mustToJson (float64 \"NaN\") }}|", "{{ toToml 5 }}|", "{{ toToml nil }}|", "{{ mustToToml nil }}|", "{{ include \"x\" . | fromYaml | toJson }}{{ define \"x\" }}a: {{ .Values.n }}{{ end }}",
	)
}

func templateTimes() {
	t := newTopic("template", "times")
	stamps := []string{`(toDate "2006-01-02T15:04:05Z07:00" "2024-02-29T13:04:05.678+02:00")`, `(toDate "2006-01-02" "1999-12-31")`, `(int64 0)`, `(int64 1709211845)`, `1709211845`, `(int64 -1)`, `(toDate "2006" "x")`}
	for _, stamp := range stamps {
		each(t, "date % "+stamp, `"2006-01-02"`, `"Mon Jan 2 15:04:05 2006"`, `"Monday, 02-Jan-06 15:04:05 MST"`, `"2006-01-02T15:04:05.999999999Z07:00"`, `""`, `"15h 3PM .000 002 _2 __2 pm"`, `"YYYY-MM-DD"`, `"é Z0700 -07 -070000"`)
		each(t, "dateInZone \"2006-01-02 15:04:05 -0700 MST\" "+stamp+" %", `"UTC"`, `"Europe/Berlin"`, `"America/New_York"`, `"Asia/Kathmandu"`, `"Nope/Zone"`, `""`, `"Local"`, `"utc"`, `"EST"`, `"+02:00"`)
		each(t, "%", "htmlDate "+stamp, "htmlDateInZone "+stamp+` "Pacific/Auckland"`, "htmlDateInZone "+stamp+` "bad"`, "date_in_zone \"15:04 MST\" "+stamp+` "Asia/Tokyo"`, "date_in_zone \"15:04 MST\" "+stamp+` "Mars"`, "unixEpoch "+stamp, "kindOf "+stamp, "toString "+stamp)
		for _, f := range []string{"dateModify", "date_modify", "mustDateModify", "must_date_modify"} {
			each(t, f+" % "+stamp+" | toString", `"1h"`, `"-36h30m"`, `"bad"`)
		}
	}
	for _, f := range []string{"dateModify", "date_modify", "mustDateModify", "must_date_modify"} {
		each(t, f+` % (toDate "2006-01-02" "2024-02-29") | date "2006-01-02 15:04:05.000"`, `"24h"`, `"-1ms"`, `"1d"`, `""`, `"8760h"`, `"1.5h"`, `"5"`, `"+1h"`, `"0"`)
		exprs(t, f+` "1h" now | kindOf`, f+` "1h" "x"`, f+` "1h" nil`, f+` "1h"`)
	}
	for _, f := range []string{"toDate", "mustToDate"} {
		each(t, f+" %", `"2006-01-02" "2024-02-29"`, `"2006-01-02" "2023-02-29"`, `"2006-01-02" "x"`, `"2006-01-02" ""`, `"" ""`, `"Jan 2, 2006" "Mar 5, 2021"`, `"15:04" "25:00"`, `"2006-01-02T15:04:05Z07:00" "2024-02-29T13:04:05+05:30"`, `"2006-01-02 MST" "2024-02-29 CET"`, `"2006-01-02" "2024-02-29 extra"`, `"Monday" "Friday"`, `"2006-01-02T15:04:05.000" "2024-02-29T13:04:05.5"`)
		exprs(t, `(`+f+` "2006-01-02" "2024-02-29").Year`, `(`+f+` "2006-01-02" "2024-02-29").Unix`, `(`+f+` "2006-01-02" "2024-02-29").Weekday`, `(`+f+` "2006-01-02" "2024-02-29").Nope`, `(`+f+` "2006-01-02" "2024-02-29").AddDate 0 1 1`, `(`+f+` "2006-01-02" "2024-02-29").Format "Jan 2"`, `(`+f+` "2006-01-02" "2024-02-29").Month | printf "%d %s" 1`, `(`+f+` "2006-01-02" "2024-02-29") | toJson`)
	}
	exprs(t, `now.wall`, `now.loc`, `now.UTC.Location.name`, `now.UTC.Location.nope`, `(now.UTC).In nil`, `(toDate "2006-01-02 15:04 MST" "2024-05-06 07:08 EST").In now.UTC.Location`, `(toDate "2006-01-02 MST" "2024-05-06 EST").Location`, `(toDate "2006-01-02 -0700" "2024-05-06 +0200").Location | quote`, `printf "%v %s" now.Location now.UTC.Location`, `(toDate "2006-01-02" "2024-05-06").IsDST`, `now.Location | toJson`, `now.Location | kindOf`, `now.Location | typeOf`, `eq now.Location now.UTC.Location`, `now.Location.String`, `(toDate "2006-01-02 15:04 MST" "2024-05-06 07:08 EST").GoString`, `(toDate "2006-01-02" "2024-05-06").GoString`, `(semver "1.2.3").major`, `(semver "1.2.3").nope`, `printf "%d %v %x" (semver "1.2.3-a+b") (semver "v1.2") (semver "1.2.3")`, `printf "%+v %#v" (semver "1.2.3-a+b") (semver "1.2.3-a+b")`, `.Capabilities.KubeVersion.normalizedVersion`, `.Capabilities.KubeVersion.nope`)
	exprs(t, `now | kindOf`, `now | typeOf`, `now | date "2006" | len`, `now | htmlDate | regexMatch "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"`, `now | unixEpoch | regexMatch "^[0-9]{10}$"`, `date "2006" "not a time" | regexMatch "^20"`, `date "2006-01-02" nil | len`, `date "2006" .Values.n | len`, `date "2006" .Values.nope | regexMatch "^20"`, `htmlDate "x" | len`, `htmlDate nil | len`, `(now).Year | gt 3000`, `now.Year | kindOf`, `(now).UTC.Location | toString`, `now.Location | toString`, `dateInZone "MST" now "UTC"`, `dateInZone "MST" now "Asia/Tokyo"`, `dateInZone "2006" "x" "UTC" | len`, `htmlDateInZone "x" "UTC" | len`, `ago now`, `ago (now | dateModify "-1h" ) | trunc 3`, `ago (now | dateModify "-26h5m10s")`, `ago (now | dateModify "3h5m1s") | trunc 3`, `ago "x" | trunc 2`, `ago nil`, `ago (int64 0) | hasSuffix "s"`, `ago 5 | kindOf`, `ago (toDate "2006-01-02" "2024-02-29") | hasSuffix "s"`, `ago .Values.s | kindOf`, `ago .Values.n`, `now | ago | len`, `durationRound (now | dateModify "-49h")`, `durationRound (now | dateModify "-9000h")`, `durationRound now`, `now | unixEpoch | int64 | lt 1600000000`, `now | date "MST"`, `lt (now | unixEpoch | int64) 1000`, `unixEpoch nil`, `unixEpoch "1"`, `unixEpoch (now | dateModify "-1h") | len`, `now 1`, `(now | dateModify "1h").After now`, `(now | dateModify "-1h").Before now`, `unixEpoch (toDate "2006-01-02" "1960-01-01")`)
	each(t, "duration %", `"95"`, `95`, `(int64 95)`, `95.9`, `.Values.n`, `"x"`, `""`, `nil`, `"3661"`, `(int64 -5)`, `"1.5"`, `.Values.l`, `(int64 0)`, `"86400"`, `true`, `"1h"`)
	each(t, "durationRound %", `"2h10m5s"`, `"49h"`, `"800h"`, `"9000h"`, `"59s"`, `"1ms"`, `"-3h"`, `""`, `"x"`, `95`, `(int64 7200000000000)`, `.Values.n`, `nil`, `"0s"`, `"1m30s"`, `"720h"`, `"8760h"`, `(toDate "2006-01-02" "2006-01-02") | len`)
	durations := []string{`"90m"`, `"1h17m3.5s"`, `90`, `1.5`, `.Values.n`, `.Values.f`, `"90"`, `"1.5"`, `"x"`, `""`, `nil`, `.Values.l`, `true`, `-30`, `"-1h"`, `(mustToDuration "2h")`, `(int64 3600)`, `0`, `"1e3"`, `" 5 "`, `.Values.big`, `.Values.huge`, `"1us"`, `"1d"`, `(float64 "NaN")`, `.Values.nope`, `"9223372036854775807ns"`, `"1w2d"`, `9223372036854775807`}
	for _, f := range []string{"mustToDuration", "durationSeconds", "durationMilliseconds", "durationMicroseconds", "durationNanoseconds", "durationMinutes", "durationHours", "durationDays", "durationWeeks"} {
		each(t, f+" %", durations...)
		exprs(t, f+` "36h" | typeOf`)
	}
	for _, f := range []string{"durationRoundTo", "durationTruncateTo"} {
		for _, d := range durations {
			exprs(t, f+" "+d+` "15m"`, f+` "1h17m3.5s" `+d)
		}
		exprs(t, f+` "1h17m" "15m" | typeOf`, f+` "-1h17m" "15m"`, f+` 100 30 | durationSeconds`, f+` "1h" "0s"`, f+` "1h" "-5m"`)
	}
	exprs(t, `(mustToDuration "90m").Hours`, `(mustToDuration "90m").Minutes`, `(mustToDuration "90m").String`, `(mustToDuration "90m").Round`, `mustToDuration "90m" | toJson`, `mustToDuration "90m" | toYaml`, `mustToDuration "90m" | quote`, `mustToDuration "90m" | int64`, `eq (mustToDuration "90m") (mustToDuration 5400)`, `printf "%d %s %v" (mustToDuration "1s") (mustToDuration "1s") (mustToDuration "1s")`, `add (mustToDuration "1s") 1`, `mustToDuration "90m" | kindOf`)
}

func templateCrypto() {
	t := newTopic("template", "crypto")
	each(t, "encryptAES % | b64dec | len", `"key" "text"`, `"" ""`, `"k" (repeat 16 "x")`, `(repeat 40 "k") "text"`, `"k" .Values.uni`)
	each(t, "%", `encryptAES "k" "plain" | decryptAES "k"`, `encryptAES (repeat 33 "k") .Values.uni | decryptAES (repeat 33 "k")`, `encryptAES "k" "" | decryptAES "k"`, `encryptAES "" "x" | decryptAES ""`, `encryptAES "k" (repeat 16 "x") | decryptAES "k"`, `decryptAES "k" "!!!"`, `decryptAES "k" ""`, `decryptAES "k" "YQ=="`, `decryptAES "k" "AAAAAAAAAAAAAAAAAAAAAA=="`, `decryptAES "k" "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="`, `decryptAES "secret" "cJAuvzMRAkD8pdjyxfxjjUkbAp1pnCo/g+Ym3XOUzmQ="`, `decryptAES "k" "AAAAAAAAAAAAAAAAAAAAAAAAAA=="`, `encryptAES nil "x"`, `decryptAES "k"`)
	each(t, "derivePassword %", `1 "long" "password" "user" "example.com"`, `1 "maximum" "password" "user" "example.com"`, `1 "medium" "password" "user" "example.com"`, `1 "short" "password" "user" "example.com"`, `1 "basic" "password" "user" "example.com"`, `1 "pin" "password" "user" "example.com"`, `2 "long" "password" "user" "example.com"`, `1 "nope" "password" "user" "example.com"`, `0 "long" "" "" ""`, `4294967295 "long" "pässword" "üser" "世"`, `4294967296 "long" "p" "u" "s"`, `-1 "long" "p" "u" "s"`, `1.0 "long" "p" "u" "s"`, `1 "phrase" "p" "u" "s"`, `1 "name" "p" "u" "s"`)
	each(t, "%", `bcrypt "x" | len`, `bcrypt "" | regexMatch "^\\$2a\\$10\\$[./A-Za-z0-9]{53}$"`, `bcrypt (repeat 80 "x")`, `bcrypt (repeat 72 "x") | len`, `bcrypt .Values.uni | trunc 7`, `bcrypt "a" | kindOf`, `bcrypt nil`, `htpasswd "user" "pass" | regexMatch "^user:\\$2a\\$10\\$"`, `htpasswd "us:er" "pass"`, `htpasswd "" "p" | trunc 8`, `htpasswd "u" "" | len`, `htpasswd "u" (repeat 80 "x")`, `htpasswd "ü" "p" | hasPrefix "ü:"`, `htpasswd "u" nil`, `htpasswd "u" "p" | splitList ":" | first`)
	each(t, "genPrivateKey %", `"nope"`, `""`, `"RSA"`, `"rsa2048"`, `nil`, `.Values.nope`)
	each(t, "%", `genPrivateKey "ecdsa" | regexMatch "^-----BEGIN EC PRIVATE KEY-----\n"`, `genPrivateKey "ecdsa" | hasSuffix "-----END EC PRIVATE KEY-----\n"`, `genPrivateKey "ed25519" | regexMatch "^-----BEGIN PRIVATE KEY-----\n"`, `genPrivateKey "ed25519" | len`, `genPrivateKey "ed25519" | splitList "\n" | len`, `genPrivateKey "ecdsa" | kindOf`, `ne (genPrivateKey "ed25519") (genPrivateKey "ed25519")`)
	key := `{{ $k := genPrivateKey "ed25519" }}`
	renders(t, shelf,
		key+`{{ $c := genCAWithKey "ca" 365 $k }}{{ $c.Cert | regexMatch "^-----BEGIN CERTIFICATE-----\n" }} {{ eq $c.Key $k }} {{ typeOf $c }} {{ kindOf $c }}`, key+`{{ $c := genCAWithKey "ca" 365 $k }}{{ $c.Nope }}`, key+`{{ $ca := genCAWithKey "ca" 365 $k }}{{ $c := genSignedCertWithKey "x" (list "10.0.0.1") (list "a.b" "*.b") 30 $ca $k }}{{ $c.Cert | hasPrefix "-----BEGIN" }}{{ $c.Key | len }}`, key+`{{ $c := genSelfSignedCertWithKey "x" nil nil 365 $k }}{{ $c.Cert | trunc 27 }}`, key+`{{ genSelfSignedCertWithKey "x" (list "bad ip") nil 365 $k }}`, key+`{{ genSelfSignedCertWithKey "x" (list 1) nil 365 $k }}`, key+`{{ genSelfSignedCertWithKey "x" nil (list 5) 365 $k }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ genSignedCertWithKey "x" (list "1.2.3") nil 1 $ca $k }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ genSignedCertWithKey "x" nil (list nil) 1 $ca $k }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ (genSignedCertWithKey "x" (list "::1" "10.0.0.1") (list) 1 $ca $k).Cert | len | lt 400 }}`, `{{ genCAWithKey "ca" 365 "no key" }}`, `{{ genCAWithKey "ca" 365 "" }}`, `{{ genSelfSignedCertWithKey "x" nil nil 365 "no key" }}`, `{{ genSelfSignedCertWithKey "x" (list) (list "a") -1 (genPrivateKey "ecdsa") | kindOf }}`, key+`{{ genSignedCertWithKey "x" nil nil 1 (dict "Cert" "a" "Key" "b") $k }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ genSignedCertWithKey "x" nil nil 1 $ca "bad" }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ $b := buildCustomCert (b64enc $ca.Cert) (b64enc $ca.Key) }}{{ eq $b.Cert $ca.Cert }}{{ eq $b.Key $ca.Key }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ $b := buildCustomCert (b64enc $ca.Cert) (b64enc $ca.Key) }}{{ genSignedCertWithKey "x" nil nil 1 $b $k | kindOf }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ buildCustomCert (b64enc $ca.Cert) "!" }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ buildCustomCert (b64enc $ca.Cert) (b64enc "x") | kindOf }}`, `{{ buildCustomCert "!" "x" }}`, `{{ buildCustomCert "" "" }}`, `{{ buildCustomCert (b64enc "x") (b64enc "y") }}`, `{{ buildCustomCert nil "" }}`,
		`{{ $c := genCA "my-ca" 365 }}{{ $c.Cert | hasPrefix "-----BEGIN CERTIFICATE-----" }} {{ $c.Key | hasPrefix "-----BEGIN RSA PRIVATE KEY-----" }} {{ $c.Key | splitList "\n" | len }}`, `{{ $c := genCA "" 0 }}{{ kindOf $c }} {{ typeOf $c }}`, `{{ $c := genSelfSignedCert "x" (list "127.0.0.1") (list "localhost") 365 }}{{ $c.Cert | b64enc | b64dec | hasPrefix "-----BEGIN" }}`, `{{ genSelfSignedCert "x" (list "nope") nil 365 }}`, `{{ genSelfSignedCert "x" nil (list 1) 365 }}`, `{{ genSelfSignedCert "x" (list 1) nil 365 }}`, `{{ $ca := genCA "ca" 1 }}{{ (genSignedCert "x" nil (list "a") 1 $ca).Key | hasPrefix "-----BEGIN RSA" }}`, `{{ $ca := genCA "ca" 1 }}{{ genSignedCert "x" (list "a") nil 1 $ca }}`, `{{ genSignedCert "x" nil nil 1 nil }}`, `{{ genSignedCert "x" nil nil 1 (dict) }}`, `{{ genSignedCert "x" nil nil 1 "ca" }}`, key+`{{ $ca := genCAWithKey "ca" 1 $k }}{{ (genSignedCert "x" nil (list "a") 1 $ca).Cert | trunc 10 }}`, `{{ genSelfSignedCert 1 nil nil 365 }}`, `{{ genSelfSignedCert "x" "a" nil 365 }}`, `{{ genSelfSignedCert "x" nil nil "365" }}`, `{{ genCA "x" .Values.n }}`, `{{ genCA .Values.n 1 }}`, `{{ genCA "x" }}`, `{{ genCA "x" "1" }}`,
	)

	t = newTopic("template", "urls-and-paths")
	urls := []string{`"http://user:p%40ss@host:8080/a/b%20c?q=1&r=2#frag"`, `"http://host"`, `""`, `"/path/only"`, `"mailto:a@b"`, `"//host/p"`, `"http://[::1]:80/"`, `"http://é.世/ü"`, `"%zz"`, `"http://host:port/"`, `":bad"`, `"http://a b/"`, `"ftp://h/?a=b#"`, `"?q=1"`, `"#f"`, `"http://user@h"`, `"http://user:@h"`, `"HTTP://H"`, `"a:b:c"`, `"http://h/%2f"`}
	for _, u := range urls {
		exprs(t, "urlParse "+u+" | toJson", "urlParse "+u+" | urlJoin", "(urlParse "+u+").hostname")
	}
	each(t, "urlJoin %", `(dict "scheme" "http" "host" "h:80" "path" "/p" "query" "a=b c" "fragment" "f" "userinfo" "u:p")`, `(dict)`, `(dict "host" "h")`, `(dict "path" "a b")`, `(dict "scheme" "mailto" "opaque" "a@b")`, `(dict "userinfo" "u")`, `(dict "scheme" 1)`, `(dict "host" "h" "path" "p")`, `.Values.m`, `nil`, `(dict "scheme" "http" "host" "h" "userinfo" "u@x:p/q")`, `(dict "query" "a=1&b=é")`, `(dict "host" .Values.nil)`)
	paths := []string{`""`, `"/"`, `"a"`, `"/a/b.c"`, `"a/b/../c"`, `"a//b/"`, `"./a"`, `"../a"`, `"/.."`, `"a.tar.gz"`, `".hidden"`, `"a."`, `"é/世.ü"`, `"C:\\x\\y.z"`, `"a/b/"`, `"/a/./b"`}
	for _, f := range []string{"base", "dir", "ext", "clean", "isAbs", "osBase", "osDir", "osExt", "osClean", "osIsAbs"} {
		each(t, f+" %", paths...)
	}
	t = newTopic("template", "versions")
	for _, v := range []string{`"1.2.3"`, `"v1.2.3"`, `"1"`, `"1.2"`, `"1.2.3-beta.1+b5"`, `"01.2.3"`, `"x"`, `""`, `"1.2.3.4"`, `"1.2.3-"`, `"99999999999999999999.0.0"`, `" 1.2.3"`, `.Capabilities.KubeVersion.Version`, `"1.2.3+a_b"`, `"1.2.3-01"`, ".Values.ver", "nil"} {
		exprs(t, "semver "+v, "(semver "+v+").Major", "(semver "+v+").Prerelease", "(semver "+v+").Original", "semver "+v+" | toJson", `(semver `+v+`).Compare (semver "1.2.3")`, "(semver "+v+").IncMinor", "(semver "+v+").String")
	}
	for _, c := range []string{`">=1.0.0"`, `"^1.2"`, `"~1.2.0"`, `"1.x"`, `"*"`, `">1 <2 || >=3"`, `"1.2 - 1.4"`, `">=1.0.0-0"`, `"x.y"`, `""`, `"!=1.2.3"`, `"=1.2.3"`, `">= 1.19-0, < 2"`, `"<1.0.0-beta"`, `"^0.0.3"`, `"~>1.2"`, `"=>1"`, `"latest"`} {
		for _, v := range []string{`"1.2.3"`, `"v2.0.0"`, `"1.2.3-alpha"`, `"0.0.3"`, `"1.19.5-gke.1"`, `"bad"`} {
			exprs(t, "semverCompare "+c+" "+v)
		}
	}
	exprs(t, `semverCompare ">=1.19-0" .Capabilities.KubeVersion.Version`, `semverCompare "<1.19-0" .Capabilities.KubeVersion.GitVersion`, `(semver "1.2.3").LessThan (semver "1.2.4")`, `(semver "1.2.3").GreaterThan (semver "1.2.4")`, `(semver "1.2.3").Equal (semver "1.2.3+x")`, `eq (semver "1.2.3").Major 1`, `(semver "1.2.3").Metadata | quote`, `(semver "1.2.3").Nope`, `semver "1.2.3" | typeOf`, `semverCompare nil "1"`, `semverCompare ">1"`, `(semver "1.2.3").IncMajor.String`, `(semver "1.2.3").SetPrerelease "rc.1"`, `(semver "1.2.3").Compare "1.2.3"`)
}
