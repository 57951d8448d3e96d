//! Interfaces that Kubernetes has deprecated or removed, as of the client library of Helm 4.3.1.

use govalue::yaml;

use super::Verdict;
use crate::KubeVersion;

/// One line for each: apiVersion, kind, deprecated in, removed in or `-`, and what to use instead (apiVersion
/// and kind, or `-`). Printed by `go run ./recorder deprecations` in `conformance`.
const TABLE: &str = include_str!("deprecated.tsv");

pub(super) fn check(object: &yaml::Head, kube_version: &KubeVersion) -> Verdict {
    let (api_version, kind) = (object.api_version.to_str_lossy(), object.kind.to_str_lossy());
    if api_version.is_empty() || kind.is_empty() {
        return Ok(());
    }
    // Kubernetes: an empty group is the same as none.
    let api_version = api_version.strip_prefix('/').unwrap_or(&api_version);
    let row = TABLE.lines().find_map(|line| {
        let rest = line.strip_prefix(api_version)?.strip_prefix('\t')?;
        rest.strip_prefix(&*kind)?.strip_prefix('\t')
    });
    let Some(row) = row else { return Ok(()) };
    let mut columns = row.split('\t');
    let mut column = || columns.next().unwrap_or("-");
    let (deprecated, removed, instead) = (column(), column(), (column(), column()));
    let current = number(&kube_version.major, &kube_version.minor);
    // Kubernetes: version 0.0 is none at all.
    if current < version(deprecated) && current != (0, 0) {
        return Ok(());
    }
    let mut text = format!("{api_version} {kind} is deprecated in v{deprecated}+");
    if removed != "-" {
        text.push_str(&format!(", unavailable in v{removed}+"));
    }
    if instead.0 != "-" {
        text.push_str(&format!("; use {} {}", instead.0, instead.1));
    }
    Err(text)
}

fn version(text: &str) -> (u64, u64) {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    number(major, minor)
}

fn number(major: &str, minor: &str) -> (u64, u64) {
    (major.parse().unwrap_or(u64::MAX), minor.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_can_be_read() {
        for line in TABLE.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            assert!(matches!(columns.len(), 5 | 6), "{line}");
            assert!(version(columns[2]) < (2, 0), "{line}");
            assert!(columns[3] == "-" || version(columns[2]) < version(columns[3]), "{line}");
            assert_eq!(columns[4] == "-", columns.len() == 5, "{line}");
        }
        assert!(TABLE.lines().count() > 100);
    }

    #[test]
    fn a_deprecation_is_told_from_its_version_on() {
        let told = |api: &str, kind: &str, kube: &str| {
            let object = yaml::Head { api_version: api.into(), kind: kind.into(), ..yaml::Head::default() };
            check(&object, &KubeVersion::parse(kube).unwrap())
        };
        let ingress = "networking.k8s.io/v1beta1 Ingress is deprecated in v1.19+, unavailable in v1.22+; use \
                       networking.k8s.io/v1 Ingress";
        assert_eq!(told("networking.k8s.io/v1beta1", "Ingress", "1.18"), Ok(()));
        assert_eq!(told("networking.k8s.io/v1beta1", "Ingress", "1.19.3"), Err(ingress.into()));
        assert_eq!(told("networking.k8s.io/v1", "Ingress", "1.40"), Ok(()));
        assert_eq!(
            told("v1", "ComponentStatus", "1.30"),
            Err("v1 ComponentStatus is deprecated in v1.19+".into())
        );
    }
}
