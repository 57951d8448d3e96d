package main

import (
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"sigs.k8s.io/yaml"
)

// functionTable says what every function takes and returns, in the letters of fuzz_expr.go. A `*` after a letter
// is none to three of them, a `+` one to three. What has no steady answer (`now`, `randAlpha` …) stands only
// where what is asked of it is steady. `'x'` is the text x itself.
const functionTable = `
abbrev c s = s
abbrevboth c c s = s
add n+ = i
add1 n = i
add1f n = f
addf n+ = f
adler32sum s = s
ago t | kindOf = s
now | kindOf = s
now | date "x" = s
fail s = s
encryptAES "key" s | decryptAES "key" = s
bcrypt w | len = i
htpasswd w w | len = i
genPrivateKey w = s
all a* = b
and a a* = a
any a* = b
append l a = l
atoi s = o
b32dec E = s
b32enc s = E
b64dec e = s
b64enc s = e
base h = s
biggest n+ = i
camelcase s = s
cat a* = s
ceil n = f
chunk c l = l
clean h = h
coalesce a* = a
compact l = l
concat l+ = l
contains w s = b
date y t = s
date y i = s
dateInZone y t z = s
date_in_zone y t z = s
dateModify d t = t
date_modify d t = t
decryptAES "secretkey" A = s
deepCopy a = a
deepCopy m = m
deepEqual a a = b
default a a = a
default s s = s
default m m = m
dig k k a m = a
dig k a m = a
dir h = h
div n n = i
divf n n+ = f
duration d = s
durationRound d = s
durationSeconds d = f
durationMinutes d = f
durationHours d = f
durationDays d = f
durationWeeks d = f
durationMilliseconds d = i
durationMicroseconds d = i
durationNanoseconds d = i
durationRoundTo d d = a
durationTruncateTo d d = a
mustToDuration "90m" = a
mustToDuration d = a
empty a = b
eq s s* = b
eq i i* = b
eq f f = b
eq b b = b
eq a a = b
ext h = s
first l = a
first S = s
float64 n = f
float64 s = f
floor n = f
fromJson j = m
fromJsonArray j = l
fromToml x = m
fromYaml g = m
fromYamlArray g = l
ge i i = b
ge s s = b
ge f f = b
get m k = a
gt i i = b
gt f f = b
gt s s = b
has a l = b
has s S = b
hasKey m k = b
hasPrefix w s = b
hasSuffix w s = b
hello = s
html a* = s
htmlDate t = s
htmlDateInZone t z = s
indent c s = s
index l c = a
index S c = s
index m k = a
index m k k = a
initial l = l
initials s = s
int a = o
int n = o
int s = o
int64 n = i
int64 s = i
isAbs h = b
join L l = s
join L S = s
js a* = s
kebabcase s = s
keys m | sortAlpha = S
kindIs K a = b
kindOf a = s
last l = a
last S = s
le i i = b
le f f = b
le s s = b
len s = o
len l = o
len m = o
list a* = l
list s* = S
list n* = N
list i* = N
list m* = M
lookup s s s s = m
lower s = s
lt i i = b
lt f f = b
max n+ = i
maxf n+ = f
min n+ = i
minf n+ = f
merge m m* = m
mergeOverwrite m m* = m
mustMerge m m = m
mustMergeOverwrite m m = m
mod n n = i
mul n n* = i
mulf n n+ = f
must_date_modify "1.5h" t = t
mustAppend l a = l
mustChunk c l = l
mustCompact l = l
mustDateModify "-36h" t = t
mustDeepCopy m = m
mustFirst l = a
mustFromJson j = a
mustHas a l = b
mustInitial l = l
mustLast l = a
mustPrepend l a = l
mustPush l a = l
mustRegexFind r s = s
mustRegexFindAll r s o = S
mustRegexMatch r s = b
mustRegexReplaceAll r s p = s
mustRegexReplaceAllLiteral r s p = s
mustRegexSplit r s o = S
mustRest l = l
mustReverse l = l
mustSlice l c c = l
mustToDate "2006-01-02" "2024-03-01" = t
mustToJson a = j
mustToPrettyJson a = j
mustToRawJson a = j
mustToToml m = x
mustToYaml a = g
mustUniq l = l
mustWithout l a+ = l
ne s s = b
ne i i = b
nindent c s = s
nospace s = s
not a = b
omit m k* = m
or a a* = a
osBase h = s
osClean h = h
osDir h = h
osExt h = s
osIsAbs h = b
pick m k* = m
pluck k m+ = l
plural w w o = s
prepend l a = l
print a* = s
println a* = s
push l a = l
quote a* = s
randAlpha c | len = i
randAlphaNum c | len = i
randAscii c | len = i
randBytes c | b64dec | len = i
randInt 5 6 = i
randNumeric c | regexMatch "^[0-9]*$" = b
regexFind r s = s
regexFindAll r s o = S
regexMatch r s = b
regexQuoteMeta s = r
regexReplaceAll r s p = s
regexReplaceAllLiteral r s p = s
regexSplit r s o = S
repeat c s = s
replace w s s = s
required s a = a
rest l = l
reverse l = l
round n c = f
semver v = q
semverCompare C v = b
seq c = s
seq c c = s
seq c c c = s
set m k a = m
sha1sum s = s
sha256sum s = s
sha512sum s = s
shuffle w | len = i
slice l c = l
slice l c c = l
snakecase s = s
sortAlpha l = S
sortAlpha S = S
split L s = P
splitList L s = S
splitn L c s = P
squote a* = s
sub n n = i
subf n n+ = f
substr o o s = s
swapcase s = s
ternary a a b = a
ternary s s b = s
title s = s
toDate y D = t
toDecimal s = i
toJson a = j
toJson m = j
toPrettyJson a = j
toRawJson a = j
toString a = s
toString n = s
toStrings l = S
toToml m = x
toToml a = x
toYaml a = g
toYaml m = g
toYaml l = g
toYamlPretty a = g
toYamlPretty m = g
trim s = s
trimAll w s = s
trimPrefix w s = s
trimSuffix w s = s
trimall w s = s
trunc o s = s
tuple a* = l
typeIs R a = b
typeIsLike R a = b
typeOf a = s
uniq l = l
uniq S = l
unixEpoch t = s
unset m k = m
until c = N
untilStep c c c = N
untitle s = s
upper s = s
urlJoin X = u
urlParse u = X
urlquery a* = s
uuidv4 | len = i
values m | toStrings | sortAlpha = S
without l a+ = l
wrap c s = s
wrapWith c L s = s
getHostByName w = s
derivePassword 1 "long" w w w = s
`

// methods are calls on what functions return, with the dot in the place of the value.
const methods = `
q .Major = i
q .Minor = i
q .Patch = i
q .Prerelease = s
q .Metadata = s
q .Original = s
q .String = s
q .IncMinor.String = s
t .Year = i
t .Unix = i
t .Weekday = a
t .Month = a
t .YearDay = i
t .String = s
t .UTC.String = s
t .IsZero = b
t .Nanosecond = i
P ._0 = s
P ._1 = s
X .host = s
X .path = s
X .query = s
X .scheme = s
m .a = a
m .b = a
m .name = a
`

type signature struct {
	name   string
	args   []string
	after  string
	result byte
}

var (
	byResult      = map[byte][]signature{}
	methodsResult = map[byte][][2]string{}
)

func init() {
	for _, line := range strings.Split(strings.TrimSpace(functionTable), "\n") {
		head, result, _ := strings.Cut(line, " = ")
		head, after, _ := strings.Cut(head, " |")
		words := strings.Fields(head)
		if after != "" {
			after = " |" + after
		}
		s := signature{words[0], words[1:], after, result[0]}
		byResult[result[0]] = append(byResult[result[0]], s)
	}
	for _, line := range strings.Split(strings.TrimSpace(methods), "\n") {
		words := strings.Fields(line)
		result := words[3][0]
		methodsResult[result] = append(methodsResult[result], [2]string{words[0], words[1]})
	}
}

// results lists the kinds a function may return where a kind is wanted.
var results = map[byte]string{
	's': "sssssssssejgxEuhr", 'i': "iio", 'o': "o", 'n': "iiff", 'f': "f", 'b': "b", 'l': "lllSN", 'S': "S", 'N': "N", 'M': "M", 'm': "mmmmX", 'q': "q", 't': "t",
	'j': "j", 'g': "gj", 'x': "x", 'e': "e", 'E': "E", 'h': "h", 'u': "u", 'X': "X", 'P': "P", 'a': "PsssiifbblllSNmmmmaaajgMqtX", 'r': "r",
}

// functionCall calls something that returns a kind.
func (p *program) functionCall(kind byte, depth int) (string, bool) {
	choices, ok := results[kind]
	if !ok {
		return "", false
	}
	p.budget--
	got := choices[p.r.Intn(len(choices))]
	if (got == 's' || got == 'a') && p.chance(12) {
		return p.printf(depth), true
	}
	if got == 'm' && p.chance(25) {
		return p.dict(depth), true
	}
	if m := methodsResult[got]; len(m) > 0 && p.chance(8) {
		method := pick(p.r, m...)
		return p.method(p.operand(method[0][0], depth-1), method[1]), true
	}
	if p.chance(3) && p.root == "." && !p.plain {
		if s, ok := builtIn[got]; ok && (p.pure == 0 || (got != 'm' && got != 'a')) {
			return pick(p.r, s...), true
		}
	}
	s := byResult[got]
	if len(s) == 0 {
		return "", false
	}
	chosen := pick(p.r, s...)
	if rare[chosen.name] && !p.chance(4) {
		// They take a tenth of a second, or end it all.
		chosen = s[0]
	}
	return p.apply(chosen, depth), true
}

// rare functions are called now and then only.
var rare = map[string]bool{"derivePassword": true, "bcrypt": true, "htpasswd": true, "fail": true}

// builtIn are things of the context that a call may stand for.
var builtIn = map[byte][]string{
	's': {".Release.Name", ".Release.Namespace", ".Chart.Name", ".Chart.Version", ".Template.Name", ".Template.BasePath", ".Release.Service", ".Capabilities.KubeVersion.Version", ".Capabilities.KubeVersion.Major", ".Capabilities.KubeVersion", ".Chart.AppVersion", `.Files.Get "conf/a.txt"`, `.Files.Get "nope"`, `(.Files.Glob "conf/*").AsConfig`, `(.Files.Glob "**").AsSecrets`, ".Capabilities.HelmVersion.Version"},
	'i': {".Release.Revision"},
	'b': {".Release.IsInstall", ".Release.IsUpgrade", `.Capabilities.APIVersions.Has "apps/v1"`, `.Capabilities.APIVersions.Has "nope/v1"`, ".Chart.IsRoot"},
	'l': {`.Files.Lines "conf/a.txt"`},
	'S': {`.Files.Lines "conf/a.txt"`},
	'm': {".Values", ".Release", ".Chart", ".Template", `.Files.Get "conf/b.json" | fromJson`, ".Values.AsMap"},
	'a': {".Values.nope", ".Nope", ".Release.Nope", ".Chart.Maintainers", ".Chart.Nope", ".Subcharts", ".Chart", `.Files.GetBytes "data.bin"`},
}

func (p *program) method(receiver, method string) string {
	if receiver == "." {
		return method
	}
	if isLiteral(receiver) {
		return "(" + receiver + ")" + method
	}
	return receiver + method
}

// apply writes a call of a function, nested or as a pipeline.
func (p *program) apply(s signature, depth int) string {
	args := []string{}
	merging := strings.Contains(strings.ToLower(s.name), "merge") || s.name == "set"
	for at, letter := range s.args {
		if letter[0] == '"' || (letter[0] >= '0' && letter[0] <= '9') {
			args = append(args, letter)
			continue
		}
		count := 1
		if strings.HasSuffix(letter, "*") {
			count = p.r.Intn(4)
		} else if strings.HasSuffix(letter, "+") {
			count = 1 + p.r.Intn(3)
		}
		timely := letter[0] == 't' || s.name == "date" || s.name == "durationRound" || strings.HasSuffix(s.name, "odify")
		for ; count > 0; count-- {
			// What is merged lies in the target afterwards, and is changed by what is merged next.
			closed := merging && (len(args) > 1 || (s.name == "set") == (at > 0))
			if timely {
				p.noTime++
			}
			if closed {
				p.pure++
			}
			args = append(args, p.operand(letter[0], depth-1))
			if timely {
				p.noTime--
			}
			if closed {
				p.pure--
			}
		}
	}
	if s.name == "date" && len(s.args) == 2 && s.args[1] == "i" {
		args[1] = pick(p.r, "0", "1700000000", "(int64 1234567890)", "-1", "951782400", "(int 86399)")
	}
	if n := len(args); n > 0 && args[n-1] != "nil" && p.chance(40) && s.name != "and" && s.name != "or" {
		last := args[n-1]
		if strings.HasPrefix(last, "(") && strings.HasSuffix(last, ")") && balanced(last[1:len(last)-1]) {
			last = last[1 : len(last)-1]
		}
		return last + pick(p.r, " | ", " | ", "|", "\n| ") + strings.Join(append([]string{s.name}, args[:n-1]...), " ") + s.after
	}
	return strings.Join(append([]string{s.name}, args...), " ") + s.after
}

// balanced tells whether the parentheses of a text match within it. Those in literals may mislead it, which
// costs a few broken templates.
func balanced(text string) bool {
	open := 0
	for _, c := range text {
		if c == '(' {
			open++
		} else if c == ')' {
			open--
		}
		if open < 0 {
			return false
		}
	}
	return open == 0
}

func (p *program) dict(depth int) string {
	out := "dict"
	for n := p.r.Intn(4); n > 0; n-- {
		out += " " + p.operand('k', 0) + " " + p.operand(p.anyKind(), depth-1)
	}
	if p.chance(2) {
		out += " " + p.operand('k', 0)
	}
	return out
}

// printf writes a format and arguments that mostly fit it.
func (p *program) printf(depth int) string {
	format, args := "", ""
	for n := 1 + p.r.Intn(3); n > 0; n-- {
		kind := pick(p.r, 's', 's', 'i', 'f', 'b', 'a', byte('l'))
		verbs := map[byte]string{'s': "sssqvxXT", 'i': "dddvxXobcqUOT", 'f': "fffegGEvT", 'b': "tvT", 'a': "vvTsdq", 'l': "vvsqdT"}[kind]
		if p.chance(5) {
			verbs = "svdqxfgtTbcpUwz!"
		}
		verb := "%" + pick(p.r, "", "", "", "", "-", "+", "#", "0", " ", "+#", "-0") + pick(p.r, "", "", "", "", "5", "12", "3", "1", "08") + pick(p.r, "", "", "", ".2", ".0", ".", ".5", ".10") + string(verbs[p.r.Intn(len(verbs))])
		if p.chance(3) {
			verb = pick(p.r, "%[1]v", "%[2]s", "%*d", "%[1]*d", "%%", "%.*f", "%", "%[x]d", "%!")
		}
		format += pick(p.r, "", "", " ", "-", "é", ":", "%% ") + verb
		if !p.chance(2) {
			args += " " + p.operand(kind, depth-1)
		}
	}
	if p.chance(2) {
		args += " " + p.operand('a', 0)
	}
	return "printf " + p.quoted(format) + args
}

// literal writes a constant of a kind.
func (p *program) literal(kind byte, depth int) string {
	r := p.r
	switch kind {
	case 's':
		return p.quoted(randomText(r))
	case 'w':
		return p.quoted(pick(r, randomWord(r), randomWord(r), pick(r, textParts...), "a", "o", " ", "-", "foo", ""))
	case 'k':
		return p.quoted(randomKey(r))
	case 'L':
		return p.quoted(pick(r, ",", ", ", " ", "-", ".", "", "/", "\n", ": ", "a", "é"))
	case 'h':
		return p.quoted(pick(r, "/usr/local/bin", "a/b/c.txt", "a//b/../c/", ".", "", "/", "..", "../../x", "file.tar.gz", "/a/b/", ".hidden", "a.b/c", "./x/./y", "a\\b\\c.txt", "é/ü.ö"))
	case 'u':
		if p.chance(70) {
			return p.quoted(pick(r, "http://user:pass@example.com:8080/a/b?x=1&y=2#frag", "https://example.com", "//host/path", "/just/path", "mailto:a@b.c", "http://[::1]:80/", "ftp://x/é?q=ü#ß", "a/b", "https://h/p;x=y?#", "urn:x:y:z"))
		}
		return p.quoted(pick(r, "http://user:pa%20ss@example.com:8080/a/b%2Fc?x=1&y=2#frag", "https://example.com", "//host/path", "/just/path", "mailto:a@b.c", "http://[::1]:80/", "http://h/%zz", "ftp://x/é", "", "a b", "http://h?q=a b", "http://h/p;x=y?#", "://x", "http://a:b@:80", "urn:x:y:z", "HTTP://Ex.COM/../a/./b", "http://h:port/"))
	case 'v':
		if p.chance(70) {
			return p.quoted(pick(r, "1.2.3", "v1.2.3", "1.2", "1", "1.2.3-alpha.1", "1.2.3+build.5", "v2.0.0-rc.1+x", "0.0.0", "10.20.30", "1.37.0", "1.28.5-gke.1200"))
		}
		return p.quoted(pick(r, "1.2.3", "v1.2.3", "1.2", "1", "1.2.3-alpha.1", "1.2.3+build.5", "v2.0.0-rc.1+x", "0.0.0", "10.20.30", "1.2.3-0", "01.2.3", "1.2.3.4", "x", "", "1.2.3-01", "1.37.0", "v1.37.0", "1.2.3-", "99999999999999999999.0.0", "1.28.5-gke.1200", "2.1.0"))
	case 'C':
		if p.chance(70) {
			return p.quoted(pick(r, ">=1.0.0", "^1.2", "~1.2.3", ">1.0 <2.0", "1.x", "*", "!=1.2.3", ">=1.2.3-0", "1.0 - 2.0", "<1.0.0 || >=2.0.0", ">= 1.19-0", "~>1.2", "v1", "^0.2"))
		}
		return p.quoted(pick(r, ">=1.0.0", "^1.2", "~1.2.3", ">1.0 <2.0", "1.x", "*", "=1.2.3", "!=1.2.3", ">=1.2.3-0", "1.0 - 2.0", "^0.0.3", "^0.2", "~1", "<1.0.0 || >=2.0.0", ">= 1.19-0", "=>1.0", "", "x", ">=", "~>1.2", "1.2.*", "v1", ">=1.2.3-alpha <2", "1.2.3, >1.0", "^1.2.3-beta.2", "=<3", "~x", "<=1.2"))
	case 'r':
		return p.quoted(pick(r, "[a-z]+", "^a", "o+$", "(\\w+)[-_](\\w+)", ".", "\\d+", "", "(?i)hello", "[^a-z0-9]", "\\s+", "(a|b)*", "x{2,3}", "(?P<first>\\w)(?P<rest>\\w*)", "\\bfoo\\b", "[[:alpha:]]+", "\\pL+", "a*?", "(?s).+", "(?m)^.", "(", "[", "*", "a**", "\\Q.\\E", "é|ü", "[\\x{4e00}-\\x{9fff}]", "(?:ab)+c", "^$", "$", "(?U)a+", "\\z", "a{1001}", "[b-a]", "\\8", "(?<n>x)", "\\PN", "[-/]", ",|;"))
	case 'p':
		return p.quoted(pick(r, "X", "$1", "${1}-$2", "", "$0$0", "${first}_", "$$", "$1x", "${1}x", "$x", "é", "[$0]", "${", "$"))
	case 'e':
		return p.quoted(pick(r, base64.StdEncoding.EncodeToString([]byte(randomText(r))), "aGVsbG8=", "aGVsbG8", "!!", "", "aGk=\n", "/+8=", "_-8="))
	case 'E':
		return p.quoted(pick(r, base32.StdEncoding.EncodeToString([]byte(randomText(r))), "NBSWY3DP", "nbswy3dp", "1", ""))
	case 'j':
		return p.quoted(pick(r, string(plainJSON(randomMap(r, 2))), string(plainJSON(randomJSON(r, 2))), `{"a": 1, "b": [true, null, 1.5e3]}`, `[1, "x", {"y": {}}]`, `{"a":`, `{"a": 1}x`, `nul`, "", `{"<": "&\u2028"}`, `[1,2,]`, `"text"`, `12345678901234567890`, `{"a":1,"a":2}`, `{"big": 1e999}`))
	case 'g':
		if p.chance(60) {
			return p.quoted(randomYAML(r))
		}
		out, err := yaml.Marshal(randomMap(r, 2))
		if err != nil {
			return `""`
		}
		return p.quoted(string(out))
	case 'x':
		if p.chance(50) {
			var out strings.Builder
			if toml.NewEncoder(&out).Encode(randomMap(r, 2)) == nil {
				return p.quoted(out.String())
			}
		}
		return p.quoted(pick(r, "a = 1\nb = \"x\"\n[t]\nc = [1, 2]\n", "a = 1.5\nd = 2020-01-01T00:00:00Z\n", "a =", "[x.y]\nz = true", "[[l]]\na = 1\n[[l]]\na = 2", "a = 'lit'\nb = \"\"\"m\nl\"\"\"", "= 1", "a = 0xff\nb = 1_000\nc = inf", "a = 07:32:00\nb = 1979-05-27", "a.b.c = {d = 1, e = []}", ""))
	case 'A':
		return p.quoted(pick(r, "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=", "", "aGVsbG8=", "!"))
	case 'y':
		return p.quoted(pick(r, "2006-01-02", "2006-01-02T15:04:05Z07:00", "Mon, 02 Jan 2006 15:04:05 MST", "Jan _2 06 03:04PM", "15:04:05.000", "Monday January 2", "20060102", "3:4:5 pm .999999", "2006-002", "-0700 -07:00 Z0700", "05.000000000", "", "x2y", "02/01/2006", "2006-01-02 15:04:05", "Mon Jan 2 15:04:05 -0700 MST 2006"))
	case 'D':
		return p.quoted(pick(r, "2024-02-29", "2006-01-02T15:04:05Z", "1999-12-31", "20200101", "2023-02-30", "Mon, 02 Jan 2006 15:04:05 MST", "2020-06-15 12:30:45", "x", "", "01/02/2020", "2024-03-10T02:30:00-05:00"))
	case 'z':
		return p.quoted(pick(r, "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "", "Nowhere/Bad", "Australia/Lord_Howe", "Local", "Etc/GMT+5", "America/Sao_Paulo"))
	case 'd':
		if p.noTime > 0 {
			return p.quoted(pick(r, "1h30m", "-2.5h", "90s", "8760h", "1ns", "", "x", "24h", "-720h"))
		}
		return pick(r, p.quoted(pick(r, "1h30m", "-2.5h", "90s", "1.5s", "100ms", "3us", "5", "86400", "1w", "", "x", "24h", "-1m", "8760h30m", "1ns", "0", "2562047h47m16.854775807s", "1.5h", "+3h", ".5h", "1h 3m")), fmt.Sprint(r.Intn(200000)-1000), "(int64 "+fmt.Sprint(r.Intn(10000000))+")", "1.5")
	case 'o':
		return fmt.Sprint(r.Intn(14) - 3)
	case 'i':
		return pick(r, fmt.Sprint(r.Intn(14)-3), fmt.Sprint(r.Intn(14)-3), fmt.Sprint(r.Intn(14)), "0x1F", "1_000", "0b101", "0o17", "'a'", "'\\n'", "'é'", "1e3", "0x_F", "1_0", "0X1P2", "5i", "1.0", "9223372036854775807", "-9223372036854775808", "100", "65536")
	case 'c':
		return pick(r, "0", "1", "2", "3", "4", "5", "2", "3", "8", "(int 2)", "(len \"abc\")", strconv.Itoa(r.Intn(30)))
	case 'f':
		f := randomFloat(r)
		text := strconv.FormatFloat(f, pick(r, 'g', 'g', byte('f')), -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return text
	case 'n':
		return pick(r, p.literal('i', 0), p.literal('i', 0), p.literal('f', 0), p.quoted(pick(r, "3", "2.5", "-1", "0x10", "010", "abc", "", "1e3", " 4", "99999999999999999999")), "true", "nil")
	case 'b':
		return pick(r, "true", "false")
	case 'l', 'S', 'N', 'M':
		item := map[byte]byte{'l': 'a', 'S': 's', 'N': 'n', 'M': 'm'}[kind]
		out := "list"
		for n := r.Intn(4); n > 0; n-- {
			if item == 'm' || (item == 'a' && depth > 0) {
				out += " " + p.operand(item, depth-1)
			} else {
				out += " " + p.operand(pick(r, 's', 's', 'n', byte('b')), 0)
			}
		}
		return out
	case 'm':
		return p.dict(depth)
	case 't':
		if p.chance(10) {
			return `(fromToml "` + pick(r, "a = 2024-02-29T23:59:59.25-01:30", "a = 1979-05-27T07:32:00Z", "a = 2024-12-31", "a = 07:32:00.5", "a = 2024-12-31T07:32:00") + `").a`
		}
		return pick(r, `toDate "2006-01-02" "2024-02-29"`, `toDate "2006-01-02T15:04:05Z07:00" "2023-11-05T01:30:00-04:00"`, `toDate "2006-01-02 15:04:05.999" "1969-12-31 23:59:59.5"`, `toDate "2006-01-02" "0001-01-01"`, `toDate "2006-01-02 15:04:05 -0700" "2038-01-19 03:14:07 +0530"`, fmt.Sprintf(`toDate "2006-1-2" "%d-%d-%d"`, 1900+r.Intn(200), 1+r.Intn(12), 1+r.Intn(28)))
	case 'q':
		return "semver " + p.literal('v', 0)
	case 'P':
		return "split " + p.literal('L', 0) + " " + p.literal('s', 0)
	case 'X':
		return "urlParse " + p.literal('u', 0)
	case 'K':
		return p.quoted(pick(r, "string", "map", "slice", "int", "int64", "float64", "bool", "invalid", "ptr", "struct"))
	case 'R':
		return p.quoted(pick(r, "string", "map[string]interface {}", "[]interface {}", "int", "int64", "float64", "bool", "*semver.Version", "semver.Version", "[]string", "nil", "<nil>", "chartutil.Values", "common.Values"))
	}
	return pick(r, p.literal('s', 0), p.literal('i', 0), p.literal('f', 0), p.literal('b', 0), "nil", p.literal('s', 0))
}
