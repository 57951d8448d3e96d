//! URLs taken apart into dicts and put together again.

use govalue::{CallResult, Map, Str, Value};

use super::args::{map, nil_dereference, string, text};
use super::{cost, table};
use crate::url::Url;
use crate::words::Panic;

table! {
    "urlParse" (STRING) => parse, cost cost::letters::<48, 6>;
    "urlJoin" (MAP_ANY) => join, cost cost::encode;
}

fn parse(args: &[Value]) -> CallResult {
    let url = Url::parse(string(args, 0)).map_err(|error| Panic(format!("unable to parse url: {error}")))?;
    let user = url.user.as_ref().map(|user| user.to_bytes()).unwrap_or_default();
    let parts: [(&str, &[u8]); 8] = [
        ("scheme", &url.scheme),
        ("host", &url.host),
        ("hostname", url.hostname()),
        ("path", &url.path),
        ("query", &url.query),
        ("opaque", &url.opaque),
        ("fragment", &url.fragment),
        ("userinfo", &user),
    ];
    Ok(parts.into_iter().map(|(key, part)| (key, Value::str(part))).collect::<Map>().into())
}

fn join(args: &[Value]) -> CallResult {
    let dict = map(args, 0);
    // The order decides which key is complained about.
    let mut url = Url {
        scheme: part(&dict, "scheme")?.to_vec(),
        host: part(&dict, "host")?.to_vec(),
        path: part(&dict, "path")?.to_vec(),
        query: part(&dict, "query")?.to_vec(),
        opaque: part(&dict, "opaque")?.to_vec(),
        fragment: part(&dict, "fragment")?.to_vec(),
        ..Url::default()
    };
    let user = part(&dict, "userinfo")?;
    if !user.is_empty() {
        let around = [b"proto://", user.as_bytes(), b"@host"].concat();
        let parsed = Url::parse(&around)
            .map_err(|error| Panic(format!("unable to parse userinfo in dict: {error}")))?;
        url.user = parsed.user;
    }
    text(url.to_bytes())
}

fn part(dict: &Map, key: &str) -> Result<Str, Panic> {
    match dict.get(key) {
        None => Ok(Str::EMPTY),
        Some(Value::Str(s)) => Ok(s),
        Some(Value::Nil) => Err(nil_dereference()),
        Some(other) => {
            let kind = other.kind();
            Err(Panic(format!("unable to parse {key} key, must be of type string, but {kind} found")))
        }
    }
}
