//! The functions that ask: of the engine (`include`, `tpl`), of the host (`now`, `randAlphaNum`, `genCA`,
//! `lookup` …), and Helm's own (`required`, `fail`).
//!
//! Every question to the host goes through [`ask`]: the guard answers for all charts whose code is on the
//! include and tpl stack, and hands out the permit that the host wants to see.

mod dice;
mod keys;

use std::error::Error as StdError;
use std::rc::Rc;

use gotmpl::{Call, Function, Functions, Implementation, TextError};
use govalue::types::{self, Signature, Type};
use govalue::{CallResult, Cost, Error, Map, Str, Value};
use guard::{Permit, Question};
use sprig::functions::{dates, random};
use sprig::time::{Time, Zone};

use self::dice::{Dice, random_text};
use self::keys::{CERTIFICATE, keys, self_signed, signed};
use crate::authors::{Author, Authors, is_chart};
use crate::execute::{Session, without_no_value};
use crate::host::KeyRequest;
use crate::price;
use crate::{Level, Notice};

/// Helm stops an include that is this often inside itself.
const MAX_INCLUDES: u32 = 1_000;

type Failure = Box<dyn StdError>;

const fn signature(params: &'static [&'static Type]) -> Signature {
    Signature { params, variadic: false }
}

const fn host(
    name: &'static str,
    signature: Signature,
    call: fn(&mut Call<'_, '_>, &[Value]) -> CallResult,
) -> Function {
    Function { name, signature, cost: None, implementation: Implementation::Host(call) }
}

/// A function whose price is not the length of its texts.
const fn priced(
    name: &'static str,
    signature: Signature,
    cost: fn(&[Value]) -> Cost,
    call: fn(&mut Call<'_, '_>, &[Value]) -> CallResult,
) -> Function {
    Function { name, signature, cost: Some(cost), implementation: Implementation::Host(call) }
}

const ANY: &Type = &types::ANY;
const STRING: &Type = &types::STRING;
const INT: &Type = &types::INT;
const LIST: &Type = &types::LIST_ANY;
const NONE: Signature = signature(&[]);
const ONE_STRING: Signature = signature(&[STRING]);
const ONE_INT: Signature = signature(&[INT]);
const STRING_ANY: Signature = signature(&[STRING, ANY]);

static HOST_FUNCTIONS: &[Function] = &[
    host("include", STRING_ANY, include),
    priced("tpl", STRING_ANY, price::text, tpl),
    host("required", STRING_ANY, required),
    host("fail", ONE_STRING, fail),
    host("lookup", signature(&[STRING, STRING, STRING, STRING]), lookup),
    priced("getHostByName", ONE_STRING, price::name, resolve_host),
    host("now", NONE, |call, _| {
        let zone = local_zone(call, "now")?;
        Ok(dates::time_object(now(call, "now", &zone)?))
    }),
    host("ago", signature(&[ANY]), |call, args| {
        let now = now(call, "ago", &Zone::Utc)?;
        Ok(Value::Str(dates::ago(any(args, 0), &now)))
    }),
    priced("date", STRING_ANY, price::date, |call, args| date(call, "date", args, "Local")),
    priced("dateInZone", signature(&[STRING, ANY, STRING]), price::zone, |call, args| {
        date_in_zone(call, "dateInZone", args)
    }),
    priced("date_in_zone", signature(&[STRING, ANY, STRING]), price::zone, |call, args| {
        date_in_zone(call, "date_in_zone", args)
    }),
    priced("htmlDate", signature(&[ANY]), price::date, |call, args| {
        date(call, "htmlDate", &["2006-01-02".into(), any(args, 0).clone()], "Local")
    }),
    priced("htmlDateInZone", signature(&[ANY, STRING]), price::zone, |call, args| {
        date_in_zone(
            call,
            "htmlDateInZone",
            &["2006-01-02".into(), any(args, 0).clone(), any(args, 1).clone()],
        )
    }),
    priced("toDate", signature(&[STRING, STRING]), price::date, |call, args| {
        let zone = local_zone(call, "toDate")?;
        let read = dates::to_date(bytes(args, 0), bytes(args, 1), &zone);
        Ok(read.unwrap_or_else(|_| dates::time_object(Time::zero())))
    }),
    priced("mustToDate", signature(&[STRING, STRING]), price::date, |call, args| {
        let zone = local_zone(call, "mustToDate")?;
        Ok(dates::to_date(bytes(args, 0), bytes(args, 1), &zone)?)
    }),
    host("durationRound", signature(&[ANY]), |call, args| {
        // Only a date needs the clock: it is rounded as the time since.
        let value = any(args, 0);
        let now = match value {
            Value::Object(_) => Some(now(call, "durationRound", &Zone::Utc)?),
            _ => None,
        };
        Ok(Value::Str(dates::duration_round(value, || now.unwrap_or_else(Time::zero))))
    }),
    priced("randAlpha", ONE_INT, price::random, |call, args| {
        random_text(call, "randAlpha", random::Alphabet::Alpha, args)
    }),
    priced("randAlphaNum", ONE_INT, price::random, |call, args| {
        random_text(call, "randAlphaNum", random::Alphabet::AlphaNum, args)
    }),
    priced("randAscii", ONE_INT, price::random, |call, args| {
        random_text(call, "randAscii", random::Alphabet::Ascii, args)
    }),
    priced("randNumeric", ONE_INT, price::random, |call, args| {
        random_text(call, "randNumeric", random::Alphabet::Numeric, args)
    }),
    priced("randBytes", ONE_INT, price::random, |call, args| {
        let count = int(args, 0);
        let mut source = Dice::new(call, "randBytes")?;
        let text = random::bytes(count, |buffer| source.fill(buffer));
        source.end()?;
        Ok(Value::str(text?))
    }),
    host("randInt", signature(&[INT, INT]), |call, args| {
        let (low, high) = (int(args, 0), int(args, 1));
        let mut source = Dice::new(call, "randInt")?;
        let number = random::int(low, high, |bound| source.below(bound));
        source.end()?;
        Ok(Value::int(number?))
    }),
    priced("shuffle", ONE_STRING, price::shuffle, |call, args| {
        let text = text(args, 0);
        let mut source = Dice::new(call, "shuffle")?;
        let mut letters: Vec<char> = text.chars().collect();
        for at in (1..letters.len()).rev() {
            letters.swap(at, source.below(at as u64 + 1) as usize);
        }
        source.end()?;
        Ok(Value::str(letters.into_iter().collect::<String>()))
    }),
    host("uuidv4", NONE, |call, _| {
        let mut source = Dice::new(call, "uuidv4")?;
        let mut buffer = [0; 16];
        source.fill(&mut buffer);
        source.end()?;
        Ok(Value::str(random::uuid(buffer)))
    }),
    priced("encryptAES", signature(&[STRING, STRING]), price::cipher, |call, args| {
        let permit = ask(call, Question::keygen("encryptAES"))?;
        let mut nonce = [0; 16];
        session(call)?.host.random(permit, &mut nonce).map_err(failure)?;
        Ok(Value::str(sprig::crypto::encrypt_aes(bytes(args, 0), bytes(args, 1), nonce)))
    }),
    priced("bcrypt", ONE_STRING, price::password, |call, args| {
        let password = bytes(args, 0);
        keys(call, "bcrypt", &KeyRequest::Bcrypt(password))
    }),
    priced("htpasswd", signature(&[STRING, STRING]), price::password, |call, args| {
        let (user, password) = (text(args, 0), bytes(args, 1));
        keys(call, "htpasswd", &KeyRequest::Htpasswd { user: &user, password })
    }),
    priced("genPrivateKey", ONE_STRING, price::private_key, |call, args| {
        let kind = text(args, 0);
        keys(call, "genPrivateKey", &KeyRequest::PrivateKey(&kind))
    }),
    priced("genCA", signature(&[STRING, INT]), price::certificate, |call, args| {
        let cn = text(args, 0);
        keys(call, "genCA", &KeyRequest::Ca { cn: &cn, days: int(args, 1) })
    }),
    priced("genCAWithKey", signature(&[STRING, INT, STRING]), price::signature, |call, args| {
        let (cn, key) = (text(args, 0), text(args, 2));
        keys(call, "genCAWithKey", &KeyRequest::CaWithKey { cn: &cn, days: int(args, 1), key: &key })
    }),
    priced("genSelfSignedCert", signature(&[STRING, LIST, LIST, INT]), price::certificate, |call, args| {
        self_signed(call, "genSelfSignedCert", args)
    }),
    priced(
        "genSelfSignedCertWithKey",
        signature(&[STRING, LIST, LIST, INT, STRING]),
        price::signature,
        |call, args| self_signed(call, "genSelfSignedCertWithKey", args),
    ),
    priced(
        "genSignedCert",
        signature(&[STRING, LIST, LIST, INT, &CERTIFICATE]),
        price::certificate,
        |call, args| signed(call, "genSignedCert", args),
    ),
    priced(
        "genSignedCertWithKey",
        signature(&[STRING, LIST, LIST, INT, &CERTIFICATE, STRING]),
        price::signature,
        |call, args| signed(call, "genSignedCertWithKey", args),
    ),
    host("buildCustomCert", signature(&[STRING, STRING]), |call, args| {
        let (cert, key) = (text(args, 0), text(args, 1));
        keys(call, "buildCustomCert", &KeyRequest::Custom { cert: &cert, key: &key })
    }),
];

/// Everything a chart's templates can call.
pub(crate) fn table() -> Rc<Functions> {
    let mut table = pure();
    table.extend(HOST_FUNCTIONS.iter().copied());
    Rc::new(table)
}

/// The names of all functions that templates can call, in order.
pub fn function_names() -> Vec<&'static str> {
    table().names().collect()
}

fn pure() -> Functions {
    let mut table = Functions::new();
    table.extend(sprig::functions::functions().iter().map(|function| Function {
        name: function.name,
        signature: function.signature,
        cost: function.cost,
        implementation: match function.counted {
            Some(counted) => Implementation::Counted(counted),
            None => Implementation::Pure(function.call),
        },
    }));
    table
}

fn any(args: &[Value], index: usize) -> &Value {
    args.get(index).unwrap_or(&Value::Nil)
}

fn bytes(args: &[Value], index: usize) -> &[u8] {
    any(args, index).as_str().map_or(&[], Str::as_bytes)
}

fn text(args: &[Value], index: usize) -> String {
    String::from_utf8_lossy(bytes(args, index)).into_owned()
}

fn int(args: &[Value], index: usize) -> i64 {
    if let Value::Int(_, number) = any(args, index) { *number } else { 0 }
}

fn failure(message: impl Into<String>) -> Failure {
    Box::new(Error::new(message))
}

fn session<'c>(call: &'c mut Call<'_, '_>) -> Result<&'c mut Session, Failure> {
    call.host_mut::<Session>().ok_or_else(|| failure("this template may ask nothing"))
}

/// Asks the guard on behalf of every chart whose code is running.
fn ask(call: &mut Call<'_, '_>, question: Question) -> Result<Permit, Failure> {
    // Before anything can fail: some callers pass over that.
    if let Ok(session) = session(call)
        && session.aside
    {
        session.asked = true;
        return Err(failure("nobody answers here"));
    }
    call.charge(price::question(call.owners().len()))?;
    let owners = call.owners().to_vec();
    let Session { authors, actors, guard, .. } = session(call)?;
    let (stack, by_anybody) = running(authors, actors, &owners);
    guard.check(&stack, question).map_err(|denial| {
        if by_anybody { Box::new(ForeignText(denial)) as Failure } else { Box::new(denial) }
    })
}

/// The charts whose code is running, the innermost last, and whether it may be anybody's.
fn running<'s>(
    authors: &mut Authors,
    actors: &'s [guard::Actor],
    owners: &[u32],
) -> (Vec<&'s guard::Actor>, bool) {
    let authors: Vec<Author> = owners.iter().map(|owner| authors.of(*owner)).collect();
    let by_anybody = authors.contains(&Author::Anybody);
    let running = authors.iter().filter_map(|author| match author {
        Author::Chart(owner) => actors.get(*owner as usize),
        Author::Anybody => None,
    });
    (if by_anybody { actors.iter().chain(running).collect() } else { running.collect() }, by_anybody)
}

/// A question of a template that is executed ahead of its turn, whose answer is known: the guard is asked when its turn
/// comes.
pub(crate) struct Later {
    owners: Vec<u32>,
    question: Question,
}

/// A template that asks more often waits for its turn.
const MOST_LATER: usize = 256;

/// So deep may definitions be in one another then.
const DEEPEST_LATER: usize = 256;

/// Puts off a question on a thread aside. `None` where the template must wait for its turn.
fn put_off(call: &mut Call<'_, '_>, question: Question) -> Option<()> {
    let owners = call.owners().to_vec();
    let is_plain = owners.len() <= DEEPEST_LATER && owners.iter().all(|owner| is_chart(*owner));
    let price = price::question(owners.len());
    let later = &mut session(call).ok()?.later;
    if !is_plain || later.len() >= MOST_LATER || question.is_too_long() {
        return None;
    }
    later.push(Later { owners, question });
    call.charge(price).ok()
}

/// Fills a block on a thread aside. `None` where the template must wait for its turn.
fn random_ahead(call: &mut Call<'_, '_>, function: &'static str, block: &mut [u8]) -> Option<()> {
    let fill = session(call).ok()?.random_ahead?;
    put_off(call, Question::random(function))?;
    fill(block).ok()
}

/// Asks the guard, in the order of the questions, what was asked ahead. False, and nothing is recorded, if not all of
/// it is allowed: then the template is to be executed anew.
pub(crate) fn ask_later(session: &mut Session, later: &[Later]) -> bool {
    let Session { authors, actors, guard, .. } = session;
    let mut stack = |later: &Later| running(authors, actors, &later.owners).0;
    guard.has_room(later.len())
        && later.iter().all(|later| guard.would_allow(&stack(later), &later.question))
        && later.iter().all(|later| guard.check(&stack(later), later.question.clone()).is_ok())
}

/// A denial inside a text that any chart may have written.
#[derive(Debug)]
struct ForeignText(guard::Denial);

impl std::fmt::Display for ForeignText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; the text given to tpl may be by any of the charts", self.0)
    }
}

impl StdError for ForeignText {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

fn include(call: &mut Call<'_, '_>, args: &[Value]) -> CallResult {
    let Some(name) = any(args, 0).as_str() else { return Ok("".into()) };
    if let Ok(session) = session(call) {
        let count = session.included.entry(name.clone()).or_insert(0);
        if *count > MAX_INCLUDES {
            return Err(failure(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        *count += 1;
    }
    let result = call.execute_template(name, any(args, 1));
    if let Ok(session) = session(call)
        && let Some(count) = session.included.get_mut(name)
    {
        *count -= 1;
    }
    Ok(Value::str(result?))
}

/// A failure of `tpl`: Go's `%w`, so that what caused it stays in reach.
#[derive(Debug)]
struct TplError {
    text: String,
    source: TextError,
}

impl std::fmt::Display for TplError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = govalue::print::quote(self.text.as_bytes());
        match &self.source {
            TextError::Parse(error) => write!(f, "cannot parse template {quoted}: {error}"),
            TextError::Execute(error) => {
                write!(f, "error during tpl function execution for {quoted}: {error}")
            }
        }
    }
}

impl StdError for TplError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.source {
            TextError::Parse(error) => Some(error),
            TextError::Execute(error) => Some(error),
        }
    }
}

fn tpl(call: &mut Call<'_, '_>, args: &[Value]) -> CallResult {
    let Some(text) = any(args, 0).as_str() else { return Ok("".into()) };
    // Nothing to do for a text without an action; the engine would print it as it is.
    if memchr::memmem::find(text, b"{{").is_none() {
        return Ok(Value::str(without_no_value(text)));
    }
    let caller = call.owners().last().copied().unwrap_or_default();
    let author = session(call)?.authors.claim(text, caller);
    match call.execute_text(text, any(args, 1), author) {
        Ok(out) => Ok(Value::str(without_no_value(&out))),
        Err(source) => Err(Box::new(TplError { text: text.to_string(), source })),
    }
}

fn required(call: &mut Call<'_, '_>, args: &[Value]) -> CallResult {
    let words = match any(args, 1) {
        Value::Nil => "missing required value",
        Value::Str(value) if value.is_empty() => "missing required values",
        value => return Ok(value.clone()),
    };
    refuse(call, Notice::new(Level::Warn, words), text(args, 0))
}

fn fail(call: &mut Call<'_, '_>, args: &[Value]) -> CallResult {
    refuse(call, Notice::new(Level::Info, "funcMap fail"), text(args, 0))
}

/// Stops with the chart's own message. Lint goes on with nothing, and a notice.
fn refuse(call: &mut Call<'_, '_>, notice: Notice, message: String) -> CallResult {
    match session(call) {
        Ok(session) if session.lint => {
            session.notices.push(notice.with("message", message));
            Ok("".into())
        }
        _ => Err(failure(crate::error::warning(&message))),
    }
}

fn lookup(call: &mut Call<'_, '_>, args: &[Value]) -> CallResult {
    let question = Question::Lookup {
        api_version: text(args, 0),
        kind: text(args, 1),
        namespace: text(args, 2),
        name: text(args, 3),
    };
    // Helm: without a cluster every lookup finds nothing.
    let nothing = || Ok(Value::Map(Map::new()));
    let is_aside = session(call).is_ok_and(|session| session.aside && !session.lookup);
    if is_aside && put_off(call, question.clone()).is_some() {
        return nothing();
    }
    let permit = ask(call, question)?;
    let session = session(call)?;
    if !session.lookup {
        return nothing();
    }
    session
        .host
        .lookup(permit, &text(args, 0), &text(args, 1), &text(args, 2), &text(args, 3))
        .map_err(failure)
}

fn resolve_host(call: &mut Call<'_, '_>, args: &[Value]) -> CallResult {
    let name = text(args, 0);
    let permit = match ask(call, Question::ResolveHost { name: name.clone() }) {
        Ok(permit) => permit,
        Err(denied) => {
            // Helm: without --enable-dns the answer is empty. Under a strict profile a chart that wants DNS is told.
            let session = session(call)?;
            let strict = session.guard.policy().profile() == guard::Profile::Strict;
            return if strict || session.enable_dns { Err(denied) } else { Ok("".into()) };
        }
    };
    let host = &mut session(call)?.host;
    let addresses = match host.resolve_host(permit, &name) {
        Ok(addresses) => addresses,
        Err(why) => return Err(host.limit_met().map_or_else(|| failure(why), |limit| Box::new(limit))),
    };
    if addresses.len() < 2 {
        return Ok(addresses.first().map_or("".into(), |address| Value::str(address.as_str())));
    }
    // Sprig takes one at random.
    let mut source = Dice::new(call, "getHostByName")?;
    let chosen = source.below(addresses.len() as u64) as usize;
    source.end()?;
    Ok(addresses.get(chosen).map_or("".into(), |address| Value::str(address.as_str())))
}

fn now(call: &mut Call<'_, '_>, function: &'static str, zone: &Zone) -> Result<Time, Failure> {
    let permit = ask(call, Question::clock(function))?;
    let moment = session(call)?.host.now(permit);
    Ok(Time::unix(moment.seconds, i64::from(moment.nanos), zone.clone()))
}

/// The zone of the machine. Who may not know it sees UTC.
fn local_zone(call: &mut Call<'_, '_>, function: &'static str) -> Result<Zone, Failure> {
    match ask(call, Question::timezone(function)) {
        Ok(permit) => {
            let name = session(call)?.host.local_zone(permit);
            Ok(Zone::local(&name))
        }
        Err(_) => Ok(Zone::Utc),
    }
}

fn date(call: &mut Call<'_, '_>, function: &'static str, args: &[Value], zone: &str) -> CallResult {
    let value = any(args, 1);
    // Any other zone has a name, and what it is called here is of no interest.
    let local = if zone == "Local" { local_zone(call, function)? } else { Zone::Utc };
    // A value that is no time stands for now.
    let now = if is_instant(value) { Time::zero() } else { now(call, function, &local)? };
    Ok(Value::Str(dates::format_in(bytes(args, 0), value, zone.as_bytes(), || now, &local)))
}

fn date_in_zone(call: &mut Call<'_, '_>, function: &'static str, args: &[Value]) -> CallResult {
    date(call, function, args, &text(args, 2))
}

fn is_instant(value: &Value) -> bool {
    use govalue::IntKind::{Int, Int32, Int64};
    matches!(value, Value::Int(Int | Int32 | Int64, _)) || dates::time(value).is_ok()
}
