//! Keys and certificates: what is asked for, and what templates hold of it.

use std::rc::Rc;

use gotmpl::Call;
use govalue::types::{Kind, Type};
use govalue::{CallResult, Object, Value};
use guard::Question;

use super::{Failure, any, ask, failure, int, session, text};
use crate::host::{KeyAnswer, KeyRequest};

pub(super) static CERTIFICATE: Type = Type::plain("sprig.certificate", Kind::Struct, None);

pub(super) fn keys(call: &mut Call<'_, '_>, function: &'static str, request: &KeyRequest<'_>) -> CallResult {
    let permit = ask(call, Question::keygen(function))?;
    match session(call)?.host.keys(permit, request).map_err(failure)? {
        KeyAnswer::Text(text) => Ok(Value::str(text)),
        KeyAnswer::Certificate { cert, key } => Ok(Value::Object(Rc::new(Certificate { cert, key }))),
    }
}

/// Names and addresses as templates give them. Sprig refuses what is no string.
fn strings(value: &Value, error: &str) -> Result<Vec<String>, Failure> {
    let Value::List(list) = value else { return Ok(Vec::new()) };
    list.iter()
        .map(|item| match item {
            Value::Str(text) => Ok(text.to_str_lossy().into_owned()),
            other => {
                let shown = String::from_utf8_lossy(&govalue::print::sprint(std::slice::from_ref(other)))
                    .into_owned();
                Err(failure(format!("{error}: {shown} is not a string")))
            }
        })
        .collect()
}

const BAD_IP: &str = "error parsing ip";
const BAD_NAME: &str = "error processing alternate dns name";

pub(super) fn self_signed(call: &mut Call<'_, '_>, function: &'static str, args: &[Value]) -> CallResult {
    let (cn, key) = (text(args, 0), text(args, 4));
    with_names(call, function, args, |ips, names| KeyRequest::SelfSigned {
        cn: &cn,
        ips,
        names,
        days: int(args, 3),
        key: (args.len() > 4).then_some(key.as_str()),
    })
}

pub(super) fn signed(call: &mut Call<'_, '_>, function: &'static str, args: &[Value]) -> CallResult {
    let (cn, key) = (text(args, 0), text(args, 5));
    let Some(ca) = any(args, 4).as_object::<Certificate>() else {
        return Err(failure("unable to parse certificate"));
    };
    with_names(call, function, args, |ips, names| KeyRequest::Signed {
        cn: &cn,
        ips,
        names,
        days: int(args, 3),
        ca_cert: &ca.cert,
        ca_key: &ca.key,
        key: (args.len() > 5).then_some(key.as_str()),
    })
}

/// Asks for a certificate with the addresses and names of the second and third argument.
fn with_names<'r>(
    call: &mut Call<'_, '_>,
    function: &'static str,
    args: &[Value],
    request: impl FnOnce(Vec<String>, Vec<String>) -> KeyRequest<'r>,
) -> CallResult {
    let lists = strings(any(args, 1), BAD_IP)
        .and_then(|ips| strings(any(args, 2), BAD_NAME).map(|names| (ips, names)));
    match lists {
        Ok((ips, names)) => keys(call, function, &request(ips, names)),
        Err(refused) => {
            // Helm: keys are looked at before names, and theirs is the error that is told.
            // Case: template/calls/81f906de
            keys(call, function, &request(Vec::new(), Vec::new()))?;
            Err(refused)
        }
    }
}

/// What the certificate functions answer: a struct with two texts.
struct Certificate {
    cert: String,
    key: String,
}

impl Object for Certificate {
    fn ty(&self) -> &'static Type {
        &CERTIFICATE
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(Value::str(self.cert.as_str())),
            "Key" => Some(Value::str(self.key.as_str())),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", Value::str(self.cert.as_str())), ("Key", Value::str(self.key.as_str()))]
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other = other.as_any().downcast_ref::<Self>()?;
        Some(self.cert == other.cert && self.key == other.key)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
