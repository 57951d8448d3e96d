//! Whether an object's name is one that Kubernetes accepts for its kind.

use govalue::{print, yaml};

use super::Verdict;

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const MAX_LABEL: usize = 63;
const MAX_SUBDOMAIN: usize = 253;

pub(super) fn check(object: &yaml::Head) -> Verdict {
    let name = object.name.to_str_lossy();
    let reasons = match object.kind.to_str_lossy().to_lowercase().as_str() {
        "service" => dns_1035_label(&name),
        "namespace" => dns_1123_label(&name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(&name),
        _ => dns_1123_subdomain(&name),
    };
    let quoted = print::quote(&object.name);
    let mut reasons: Vec<String> = reasons
        .into_iter()
        .map(|reason| format!("metadata.name: Invalid value: {quoted}: {reason}"))
        .collect();
    let told = match reasons.len() {
        0 => return Ok(()),
        1 => reasons.remove(0),
        _ => format!("[{}]", reasons.join(", ")),
    };
    Err(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {told}"))
}

fn too_long(name: &str, limit: usize) -> Vec<String> {
    let long = name.len() > limit;
    if long { vec![format!("must be no more than {limit} characters")] } else { Vec::new() }
}

/// Letters, digits and dashes, neither first nor last a dash.
fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.iter().all(|&byte| inner(byte) || byte == b'-')
        && bytes.first().is_some_and(|&byte| inner(byte))
        && bytes.last().is_some_and(|&byte| inner(byte))
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

fn dns_1123_subdomain(name: &str) -> Vec<String> {
    let mut reasons = too_long(name, MAX_SUBDOMAIN);
    if !is_subdomain(name) {
        reasons.push(format!(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '{LABEL}(\\.{LABEL})*')"
        ));
    }
    reasons
}

fn dns_1123_label(name: &str) -> Vec<String> {
    let mut reasons = too_long(name, MAX_LABEL);
    if !is_label(name) {
        reasons.push(if is_subdomain(name) {
            "must not contain dots".to_owned()
        } else {
            format!(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
                 and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
                 '{LABEL}')"
            )
        });
    }
    reasons
}

fn dns_1035_label(name: &str) -> Vec<String> {
    let mut reasons = too_long(name, MAX_LABEL);
    if !is_label(name) || name.starts_with(|c: char| c.is_ascii_digit()) {
        reasons.push(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
             character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
             validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                .to_owned(),
        );
    }
    reasons
}

/// What can stand in the path of a URL; nothing at all can, too.
fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let contained = ['/', '%'].into_iter().filter(|&c| name.contains(c));
    contained.map(|c| format!("may not contain '{c}'")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_rule() {
        let verdict = |kind: &str, name: &str| {
            check(&yaml::Head { kind: kind.into(), name: name.into(), ..yaml::Head::default() })
        };
        assert_eq!(verdict("Secret", "a.b-c"), Ok(()));
        assert!(verdict("Service", "a.b").is_err_and(|text| text.contains("DNS-1035")));
        assert!(verdict("service", "1a").is_err());
        assert_eq!(
            verdict("Namespace", "a.b"),
            Err("object name does not conform to Kubernetes naming requirements: \"a.b\": metadata.name: Invalid \
                 value: \"a.b\": must not contain dots"
                .into())
        );
        assert_eq!(verdict("Role", "System:x"), Ok(()));
        assert_eq!(
            verdict("ClusterRole", "a/%"),
            Err("object name does not conform to Kubernetes naming requirements: \"a/%\": [metadata.name: Invalid \
                 value: \"a/%\": may not contain '/', metadata.name: Invalid value: \"a/%\": may not contain '%']"
                .into())
        );
        assert_eq!(verdict("CertificateSigningRequest", "A_B"), Ok(()));
        assert!(
            verdict("", &"a".repeat(254))
                .is_err_and(|text| text.ends_with("must be no more than 253 characters"))
        );
    }
}
