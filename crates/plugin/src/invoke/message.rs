//! The messages of each kind of plugin, as Helm's structs are written and read by Go.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use govalue::json::write_string;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::GetterOptions;

/// Texts beyond this are not read a second time to find Go's words for what is wrong with them.
const EXPLAINED: usize = 1 << 20;

fn text(out: &mut Vec<u8>, text: &[u8]) {
    write_string(out, text, true);
}

fn list(out: &mut Vec<u8>, items: &[String]) {
    out.push(b'[');
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        text(out, item.as_bytes());
    }
    out.push(b']');
}

pub(super) fn cli_input(arguments: &[String]) -> Vec<u8> {
    let mut out = b"{\"extraArgs\":".to_vec();
    list(&mut out, arguments);
    out.push(b'}');
    out
}

pub(super) fn getter_input(address: &str, protocol: &str, options: &GetterOptions) -> Vec<u8> {
    let mut out = b"{\"href\":".to_vec();
    text(&mut out, address.as_bytes());
    out.extend_from_slice(b",\"protocol\":");
    text(&mut out, protocol.as_bytes());
    out.extend_from_slice(b",\"options\":{");
    let mut first = true;
    let mut name = |out: &mut Vec<u8>, name: &str| {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        text(out, name.as_bytes());
        out.push(b':');
    };
    let mut string = |out: &mut Vec<u8>, field: &str, value: &str| {
        name(out, field);
        text(out, value.as_bytes());
    };
    string(&mut out, "URL", &options.url);
    string(&mut out, "CertFile", &options.cert_file);
    string(&mut out, "KeyFile", &options.key_file);
    string(&mut out, "CAFile", &options.ca_file);
    let flag = |out: &mut Vec<u8>, field: &str, value: bool| {
        out.extend_from_slice(format!(",\"{field}\":{value}").as_bytes());
    };
    flag(&mut out, "UNTar", options.untar);
    flag(&mut out, "InsecureSkipVerifyTLS", options.insecure_skip_verify_tls);
    flag(&mut out, "PlainHTTP", options.plain_http);
    string(&mut out, "AcceptHeader", &options.accept_header);
    string(&mut out, "Username", &options.username);
    string(&mut out, "Password", &options.password);
    flag(&mut out, "PassCredentialsAll", options.pass_credentials_all);
    string(&mut out, "UserAgent", &options.user_agent);
    string(&mut out, "Version", &options.version);
    out.extend_from_slice(format!(",\"Timeout\":{}}}}}", options.timeout.as_nanos()).as_bytes());
    out
}

/// Helm writes `{}` in the place of the manifests, so that no plugin of its can work: nothing to be compatible with.
pub(super) fn post_renderer_input(manifests: &[u8], arguments: &[String]) -> Vec<u8> {
    let mut out = Vec::with_capacity(manifests.len() + manifests.len() / 16 + 64);
    out.extend_from_slice(b"{\"manifests\":");
    text(&mut out, manifests);
    out.extend_from_slice(b",\"extraArgs\":");
    list(&mut out, arguments);
    out.push(b'}');
    out
}

/// What Helm does not look at: a command prints for itself.
pub(super) fn cli_output(output: &[u8]) -> Result<Vec<u8>, String> {
    let message = Message { type_name: "OutputMessageCLIV1", field: "data", field_type: "bytes.Buffer" };
    match message.read(output)? {
        Shape::Absent | Shape::Object => Ok(Vec::new()),
        Shape::Text(_) => Err(message.mismatch("string")),
        Shape::Other(kind) => Err(message.mismatch(kind)),
    }
}

pub(super) fn getter_output(output: &[u8]) -> Result<Vec<u8>, String> {
    let message = Message { type_name: "OutputMessageGetterV1", field: "data", field_type: "[]uint8" };
    let mut encoded = match message.read(output)? {
        Shape::Absent => return Ok(Vec::new()),
        Shape::Text(text) => text,
        Shape::Object => return Err(message.mismatch("object")),
        Shape::Other(kind) => return Err(message.mismatch(kind)),
    };
    // Go: line breaks do not count.
    encoded.retain(|letter| !matches!(letter, '\r' | '\n'));
    STANDARD.decode(&encoded).map_err(|error| {
        let at = match error {
            base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => at,
            base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => encoded.len(),
        };
        format!("illegal base64 data at input byte {at}")
    })
}

/// Helm wants an object here, and finds nothing in it; a text is ours.
pub(super) fn post_renderer_output(output: &[u8]) -> Result<Vec<u8>, String> {
    let message =
        Message { type_name: "OutputMessagePostRendererV1", field: "manifests", field_type: "bytes.Buffer" };
    match message.read(output)? {
        Shape::Absent | Shape::Object => Ok(Vec::new()),
        Shape::Text(text) => Ok(text.into_bytes()),
        Shape::Other(kind) => Err(message.mismatch(kind)),
    }
}

/// An output message with the one field that it has.
struct Message {
    /// Go's name of its type.
    type_name: &'static str,
    field: &'static str,
    /// Go's name of the field's type.
    field_type: &'static str,
}

/// What stands in a field.
enum Shape {
    /// Nothing, or null.
    Absent,
    Text(String),
    Object,
    /// Something else, by Go's name of it.
    Other(&'static str),
}

/// What stands where the message should.
enum Top {
    Null,
    Message(Shape),
    Other(&'static str),
}

impl Message {
    /// Reads a message as Go does: fields are found whatever their case, and those that nobody knows are passed over.
    /// Nothing is kept of them, so that no message takes more memory than it has bytes.
    fn read(&self, output: &[u8]) -> Result<Shape, String> {
        let text = String::from_utf8_lossy(output);
        let mut reader = serde_json::Deserializer::from_str(&text);
        let top = serde::de::DeserializeSeed::deserialize(Field(self.field), &mut reader);
        let top = top.and_then(|top| reader.end().map(|()| top));
        match top {
            Ok(Top::Null) => Ok(Shape::Absent),
            Ok(Top::Message(shape)) => Ok(shape),
            Ok(Top::Other(kind)) => {
                Err(format!("json: cannot unmarshal {kind} into Go value of type schema.{}", self.type_name))
            }
            Err(error) if output.len() > EXPLAINED => Err(error.to_string()),
            // Go's words. What only Go can read (half of a surrogate pair) is refused in ours.
            Err(error) => {
                Err(govalue::json::read(output).err().map_or(error.to_string(), |words| words.to_string()))
            }
        }
    }

    fn mismatch(&self, kind: &str) -> String {
        let Self { type_name, field, field_type } = self;
        format!("json: cannot unmarshal {kind} into Go struct field {type_name}.{field} of type {field_type}")
    }
}

/// Looks for a field of a message.
struct Field(&'static str);

impl<'de> serde::de::DeserializeSeed<'de> for Field {
    type Value = Top;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Top, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The visits of everything that is neither an object nor null nor a text.
macro_rules! other_visits {
    ($make:expr) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($make("bool"))
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok($make("number"))
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok($make("number"))
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok($make("number"))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok($make("array"))
        }

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("an output message")
        }
    };
}

impl<'de> Visitor<'de> for Field {
    type Value = Top;

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Top, A::Error> {
        let mut found = Shape::Absent;
        while let Some(name) = entries.next_key::<Cow<'_, str>>()? {
            if name.eq_ignore_ascii_case(self.0) {
                match entries.next_value()? {
                    // Go: null leaves what is there.
                    Shape::Absent => {}
                    shape => found = shape,
                }
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Top::Message(found))
    }

    fn visit_unit<E: Error>(self) -> Result<Top, E> {
        Ok(Top::Null)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Top, E> {
        Ok(Top::Other("string"))
    }

    other_visits!(Top::Other);
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyShape)
    }
}

struct AnyShape;

impl<'de> Visitor<'de> for AnyShape {
    type Value = Shape;

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Shape, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Shape::Object)
    }

    fn visit_unit<E: Error>(self) -> Result<Shape, E> {
        Ok(Shape::Absent)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Shape, E> {
        Ok(Shape::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Shape, E> {
        Ok(Shape::Text(text))
    }

    other_visits!(Shape::Other);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn inputs_are_written_as_go_writes_helms_structs() {
        let arguments = ["a<b".to_owned(), "\"".to_owned()];
        assert_eq!(cli_input(&arguments), br#"{"extraArgs":["a\u003cb","\""]}"#);
        assert_eq!(cli_input(&[]), br#"{"extraArgs":[]}"#);
        assert_eq!(post_renderer_input(b"a: 1\n", &[]), br#"{"manifests":"a: 1\n","extraArgs":[]}"#);
        let options = GetterOptions {
            url: "u".into(),
            pass_credentials_all: true,
            timeout: Duration::from_secs(120),
            ..GetterOptions::default()
        };
        let written = String::from_utf8(getter_input("p://h", "p", &options)).unwrap();
        assert_eq!(
            written,
            concat!(
                r#"{"href":"p://h","protocol":"p","options":{"URL":"u","CertFile":"","KeyFile":"","CAFile":"","#,
                r#""UNTar":false,"InsecureSkipVerifyTLS":false,"PlainHTTP":false,"AcceptHeader":"","#,
                r#""Username":"","Password":"","PassCredentialsAll":true,"UserAgent":"","Version":"","#,
                r#""Timeout":120000000000}}"#
            )
        );
    }

    #[test]
    fn outputs_are_read_as_leniently_as_go_does() {
        assert_eq!(getter_output(br#"{"x":[{}],"DATA":"aGk=\n"}"#).unwrap(), b"hi");
        assert_eq!(getter_output(br#"{"data":"aGk=","data":null}"#).unwrap(), b"hi");
        assert_eq!(getter_output(b"null").unwrap(), b"");
        assert_eq!(post_renderer_output(br#"{"manifests":"a\nb"}"#).unwrap(), b"a\nb");
        assert_eq!(post_renderer_output(br#"{"manifests":{"a":[1]}}"#).unwrap(), b"");
        assert_eq!(cli_output(br#"{"data":{}}"#).unwrap(), b"");
    }

    #[test]
    fn what_is_wrong_is_told_in_gos_words() {
        let told = |outcome: Result<Vec<u8>, String>| outcome.unwrap_err();
        assert_eq!(told(cli_output(b"")), "unexpected end of JSON input");
        assert_eq!(told(cli_output(b"no")), "invalid character 'o' in literal null (expecting 'u')");
        assert_eq!(
            told(cli_output(br#"{"data":"x"}"#)),
            "json: cannot unmarshal string into Go struct field OutputMessageCLIV1.data of type bytes.Buffer"
        );
        assert_eq!(
            told(getter_output(b"[1]")),
            "json: cannot unmarshal array into Go value of type schema.OutputMessageGetterV1"
        );
        assert_eq!(
            told(getter_output(br#"{"data":1}"#)),
            "json: cannot unmarshal number into Go struct field OutputMessageGetterV1.data of type []uint8"
        );
        assert_eq!(told(getter_output(br#"{"data":"a*b="}"#)), "illegal base64 data at input byte 1");
        assert_eq!(told(cli_output(b"{} {}")), "invalid character '{' after top-level value");
    }
}
