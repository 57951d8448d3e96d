//! Replays what Go answered: `tests/cases/*.txt`, a call per line with its quoted arguments and result.

use pintle_sprig::{cast, crypto, decimal, glob, path, regex, semver, time, unicode, url, words};

type Bytes = Vec<u8>;

struct Arguments(Vec<Bytes>);

impl Arguments {
    fn bytes(&self, index: usize) -> &[u8] {
        &self.0[index]
    }

    fn text(&self, index: usize) -> String {
        String::from_utf8_lossy(&self.0[index]).into_owned()
    }

    fn int(&self, index: usize) -> i64 {
        self.text(index).parse().expect("an integer")
    }

    /// Floats stand as the hexadecimal of their bits.
    fn float(&self, index: usize) -> f64 {
        f64::from_bits(u64::from_str_radix(&self.text(index), 16).expect("the bits of a float"))
    }

    fn zone(&self, index: usize) -> time::Zone {
        time::Zone::named(&self.text(index)).unwrap_or_default()
    }
}

fn bits(value: f64) -> String {
    if value.is_nan() { "7ff8000000000000".to_owned() } else { format!("{:x}", value.to_bits()) }
}

fn list(items: Vec<&[u8]>) -> Bytes {
    let mut out = Vec::new();
    for item in items {
        out.extend_from_slice(format!("{}:", item.len()).as_bytes());
        out.extend_from_slice(item);
        out.push(b',');
    }
    out
}

fn or_panic<T: AsRef<[u8]>>(result: Result<T, words::Panic>) -> Bytes {
    match result {
        Ok(value) => value.as_ref().to_vec(),
        Err(panic) => format!("panic:{panic}").into_bytes(),
    }
}

fn number<T: std::fmt::Display>(result: Result<T, cast::NumError<T>>) -> Bytes {
    match result {
        Ok(value) => format!("{value} <nil>"),
        Err(error) => format!("{} {error}", error.value),
    }
    .into_bytes()
}

fn string(function: &str, a: &Arguments) -> Option<Bytes> {
    let s = |index| a.bytes(index);
    Some(match function {
        "camelcase" => words::camelcase(s(0)),
        "snakecase" => words::snakecase(s(0)),
        "kebabcase" => words::kebabcase(s(0)),
        "swapcase" => words::swapcase(s(0)),
        "title" => words::title(s(0)),
        "untitle" => words::untitle(s(0)),
        "upper" => words::upper(s(0)),
        "lower" => words::lower(s(0)),
        "trim" => words::trim(s(0)).to_vec(),
        "initials" => words::initials(s(0)),
        "nospace" => words::nospace(s(0)),
        "quote" => unicode::quote(s(0)).into_bytes(),
        "base" | "osBase" => path::base(s(0)).to_vec(),
        "dir" | "osDir" => path::dir(s(0)),
        "clean" | "osClean" => path::clean(s(0)),
        "ext" | "osExt" => path::ext(s(0)).to_vec(),
        "isAbs" | "osIsAbs" => path::is_abs(s(0)).to_string().into_bytes(),
        "abbrev" => words::abbrev(a.int(0), s(1)),
        "abbrevboth" => words::abbrevboth(a.int(0), a.int(1), s(2)),
        "trunc" => words::trunc(a.int(0), s(1)).to_vec(),
        "substr" => or_panic(words::substr(a.int(0), a.int(1), s(2))),
        "wrap" => words::wrap(a.int(0), s(1)),
        "wrapWith" => words::wrap_with(a.int(0), s(1), s(2)),
        "indent" => or_panic(words::indent(a.int(0), s(1))),
        "repeat" => or_panic(words::repeat(a.int(0), s(1))),
        "trimAll" => words::trim_all(s(0), s(1)).to_vec(),
        "replace" => words::replace(s(0), s(1), s(2)),
        "splitList" => list(words::split(s(0), -1, s(1))),
        _ => return None,
    })
}

fn expression(function: &str, a: &Arguments) -> Option<Bytes> {
    let text = |index| a.bytes(index);
    if function == "regexQuoteMeta" {
        return Some(regex::quote_meta(text(0)));
    }
    if !function.starts_with("regex") {
        return None;
    }
    let found = match regex::compile(text(0)) {
        Ok(found) => found,
        Err(error) if function == "regexFindPanic" => {
            return Some(format!("panic:{}", error.panic_text(text(0))).into_bytes());
        }
        Err(error) => {
            // Our text of an error is UTF-8, what it quotes need not be.
            let start = format!("err:error parsing regexp: {}: `", error.code).into_bytes();
            return Some([start.as_slice(), &error.expression, b"`"].concat());
        }
    };
    Some(match function {
        "regexMatch" => found.is_match(text(1)).to_string().into_bytes(),
        "regexFind" | "regexFindPanic" => found.find(text(1)).unwrap_or_default().to_vec(),
        "regexFindAll" => list(found.find_all(text(1), a.int(2))),
        "regexSplit" => list(found.split(text(1), a.int(2))),
        "regexReplaceAll" => found.replace_all(text(1), text(2)),
        "regexReplaceAllLiteral" => found.replace_all_literal(text(1), text(2)),
        _ => return None,
    })
}

fn numbers(function: &str, a: &Arguments) -> Option<Bytes> {
    let s = |index| a.bytes(index);
    let fold = |op, first, rest: &[f64]| or_panic(decimal::fold(op, first, rest.iter().copied()).map(bits));
    Some(match function {
        "parseInt0" => number(cast::parse_int(s(0), 0)),
        "parseInt10" => number(cast::parse_int(s(0), 10)),
        "parseInt8" => number(cast::parse_int(s(0), 8)),
        "parseUint10" => number(cast::parse_uint(s(0), 10)),
        "atoi" => number(cast::atoi(s(0))),
        "parseFloat" => match cast::parse_float(s(0)) {
            Ok(value) => format!("{}<nil>", bits(value)).into_bytes(),
            Err(error) => format!("{}{error}", bits(error.value)).into_bytes(),
        },
        "int64" => cast::to_int64(s(0)).to_string().into_bytes(),
        "float64" => bits(cast::to_float64(s(0))).into_bytes(),
        "toDecimal" => cast::to_decimal(s(0)).to_string().into_bytes(),
        "intf" => cast::float_to_int64(a.float(0)).to_string().into_bytes(),
        "addf" => fold(decimal::Op::Add, 0.0, &[a.float(0), a.float(1), a.float(2)]),
        "subf" => fold(decimal::Op::Sub, a.float(0), &[a.float(1), a.float(2)]),
        "mulf" => fold(decimal::Op::Mul, a.float(0), &[a.float(1), a.float(2)]),
        "divf" => fold(decimal::Op::Div, a.float(0), &[a.float(1), a.float(2)]),
        "round" => bits(decimal::round(a.float(0), a.int(1), 0.5)).into_bytes(),
        "roundOn" => bits(decimal::round(a.float(0), a.int(1), a.float(2))).into_bytes(),
        _ => return None,
    })
}

fn address(function: &str, a: &Arguments) -> Option<Bytes> {
    let s = |index| a.bytes(index).to_vec();
    match function {
        "queryEscape" => Some(url::query_escape(a.bytes(0))),
        "urlParse" => Some(match url::Url::parse(a.bytes(0)) {
            Err(error) => format!("err:{error}").into_bytes(),
            Ok(url) => {
                let written = url.to_bytes();
                let hostname = url.hostname().to_vec();
                let user = url.user.map(|user| user.to_bytes()).unwrap_or_default();
                [url.scheme, url.host, hostname, url.path, url.query, url.opaque, url.fragment, user, written]
                    .join(&0)
            }
        }),
        "urlJoin" => {
            let mut joined = url::Url {
                scheme: s(0),
                host: s(1),
                path: s(2),
                query: s(3),
                opaque: s(4),
                fragment: s(5),
                ..url::Url::default()
            };
            if !s(6).is_empty() {
                match url::Url::parse(&[b"proto://", a.bytes(6), b"@host"].concat()) {
                    Ok(parsed) => joined.user = parsed.user,
                    Err(error) => {
                        return Some(format!("panic:unable to parse userinfo in dict: {error}").into_bytes());
                    }
                }
            }
            Some(joined.to_bytes())
        }
        _ => None,
    }
}

fn digest(function: &str, a: &Arguments) -> Option<Bytes> {
    let s = |index| a.bytes(index);
    Some(match function {
        "sha1sum" => crypto::sha1sum(s(0)).into_bytes(),
        "sha256sum" => crypto::sha256sum(s(0)).into_bytes(),
        "sha512sum" => crypto::sha512sum(s(0)).into_bytes(),
        "adler32sum" => crypto::adler32sum(s(0)).into_bytes(),
        "b64enc" => crypto::b64_encode(s(0)).into_bytes(),
        "b32enc" => crypto::b32_encode(s(0)).into_bytes(),
        "b64dec" => crypto::b64_decode(s(0)).unwrap_or_else(|(_, error)| error.to_string().into_bytes()),
        "b32dec" => crypto::b32_decode(s(0)).unwrap_or_else(|(_, error)| error.to_string().into_bytes()),
        "decryptAES" => match crypto::decrypt_aes(s(0), s(1)) {
            Ok(text) => text,
            Err(crypto::DecryptError::Encoding(error)) => format!("err:{error}").into_bytes(),
            Err(crypto::DecryptError::Panic(panic)) => format!("panic:{panic}").into_bytes(),
        },
        "derivePassword" => crypto::derive_password(a.int(0) as u32, s(1), s(2), s(3), s(4)),
        _ => return None,
    })
}

fn version(function: &str, a: &Arguments) -> Option<Bytes> {
    let parse = |index| semver::Version::parse(a.text(index));
    let text = match function {
        "semverParse" => match parse(0) {
            Err(error) => format!("err:{error}"),
            Ok(v) => {
                let (major, minor, patch) = (v.major(), v.minor(), v.patch());
                format!("{v}|{major}|{minor}|{patch}|{}|{}|{}", v.prerelease(), v.metadata(), v.original())
            }
        },
        "semverStrict" => match semver::Version::parse_strict(&a.text(0)) {
            Err(error) => format!("err:{error}"),
            Ok(version) => version.to_string(),
        },
        "semverCmp" => (parse(0).ok()?.compare(&parse(1).ok()?) as i8).to_string(),
        "semverInc" => {
            let v = parse(0).ok()?;
            let (patch, minor, major) = (v.inc_patch().ok()?, v.inc_minor().ok()?, v.inc_major().ok()?);
            format!("{}|{}|{}", patch.original(), minor.original(), major.original())
        }
        "constraint" => match semver::Constraints::parse(a.text(0)) {
            Err(error) => format!("err:{error}"),
            Ok(constraints) => constraints.to_string(),
        },
        "validate" => {
            let constraints = semver::Constraints::parse(a.text(0)).ok()?;
            let version = parse(1).ok()?;
            let validated = constraints.validate(&version);
            let mut text = format!("{} {}", constraints.check(&version), validated.is_ok());
            for reason in validated.err().unwrap_or_default() {
                text.push_str(&format!("|{reason}"));
            }
            text
        }
        _ => return None,
    };
    Some(text.into_bytes())
}

fn instant(function: &str, a: &Arguments) -> Option<Bytes> {
    use time::duration;
    let text = match function {
        "timeFormat" => return Some(time::Time::unix(a.int(0), a.int(1), a.zone(2)).format(a.bytes(3))),
        "timeParse" => match time::parse(a.bytes(0), a.bytes(1), &a.zone(2)) {
            Err(error) => format!("err:{error}"),
            Ok(time) => {
                let zone = String::from_utf8_lossy(&time.format(b"MST -070000")).into_owned();
                format!("{} {} {zone}", time.unix_seconds(), time.nanosecond())
            }
        },
        "timeCivil" => {
            let c = time::Time::unix(a.int(0), 0, a.zone(1)).civil();
            let date = format!("{} {} {} {} {} {}", c.year, c.month, c.day, c.hour, c.minute, c.second);
            format!("{date} {} {}", c.year_day, c.weekday)
        }
        "durParse" => match duration::parse(a.bytes(0)) {
            Err(error) => format!("err:{error}"),
            Ok(value) => duration::format(value),
        },
        "durFormat" => {
            let (value, unit) = (a.int(0), a.int(1));
            let rounded = duration::format(duration::round(value, unit));
            let cut = duration::format(duration::truncate(value, unit));
            format!("{} {rounded} {cut} {}", duration::format(value), duration::round_to_largest(value))
        }
        _ => return None,
    };
    Some(text.into_bytes())
}

fn pattern(function: &str, a: &Arguments) -> Option<Bytes> {
    let text = match function {
        "globReal" => match glob::Glob::new(a.bytes(0)) {
            Err(error) => format!("err:{error}"),
            Ok(glob) => glob.is_match(a.bytes(1)).to_string(),
        },
        "pathMatch" => match glob::path_match(a.bytes(0), a.bytes(1)) {
            Err(error) => format!("false {error}"),
            Ok(matches) => format!("{matches} <nil>"),
        },
        _ => return None,
    };
    Some(text.into_bytes())
}

/// Reads a string as Go quotes it; answers what follows.
fn unquote(text: &str) -> (Bytes, &str) {
    let mut out = Vec::new();
    let mut rest = text.strip_prefix('"').expect("a quoted string");
    loop {
        let c = rest.chars().next().expect("a closing quote");
        rest = &rest[c.len_utf8()..];
        let escape = match c {
            '"' => return (out, rest),
            '\\' => rest.chars().next().expect("an escape"),
            _ => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
        };
        rest = &rest[1..];
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let value = u32::from_str_radix(&rest[..digits], 16);
        rest = &rest[digits..];
        match (escape, value) {
            ('x', Ok(value)) => out.push(value as u8),
            ('u' | 'U', Ok(value)) => {
                let c = char::from_u32(value).expect("a character");
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            ('a', _) => out.push(7),
            ('b', _) => out.push(8),
            ('f', _) => out.push(12),
            ('n', _) => out.push(b'\n'),
            ('r', _) => out.push(b'\r'),
            ('t', _) => out.push(b'\t'),
            ('v', _) => out.push(11),
            (other, _) => out.push(other as u8),
        }
    }
}

fn check(cases: &str, call: fn(&str, &Arguments) -> Option<Bytes>) {
    let mut failures = Vec::new();
    for line in cases.lines() {
        let (function, mut rest) = line.split_once('(').expect("a call");
        let mut arguments = Vec::new();
        while rest.starts_with('"') {
            let (argument, after) = unquote(rest);
            arguments.push(argument);
            rest = after.strip_prefix(", ").unwrap_or(after);
        }
        let (expected, _) = unquote(rest.strip_prefix(") = ").expect("a result"));
        let found = call(function, &Arguments(arguments)).expect("a known function");
        if found != expected {
            failures.push(format!("{line}\n  is {}", unicode::quote(&found)));
        }
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

macro_rules! replayed {
    ($($name:ident: $file:literal, $call:ident;)*) => {
        $(#[test]
        fn $name() {
            check(include_str!(concat!("../cases/", $file)), $call);
        })*
    };
}

replayed! {
    words_are_cut_and_joined_as_in_sprig: "words.txt", string;
    paths_are_cleaned_as_in_go: "path.txt", string;
    expressions_match_as_in_go: "regex.txt", expression;
    numbers_are_read_as_by_strconv: "cast.txt", numbers;
    decimals_are_computed_as_in_sprig: "decimal.txt", numbers;
    urls_are_taken_apart_as_in_go: "url.txt", address;
    digests_and_ciphers_are_those_of_sprig: "crypto.txt", digest;
    versions_and_constraints_are_those_of_masterminds: "semver.txt", version;
    times_are_read_and_written_as_in_go: "time.txt", instant;
    globs_match_as_in_helm: "glob.txt", pattern;
}
