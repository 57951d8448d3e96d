//! `.Capabilities`: what a template may ask of the cluster's version and interfaces.

use std::any::Any;
use std::rc::Rc;

use govalue::types::{self, Kind, Method, Signature, Type};
use govalue::{Error, List, Object, Str, Value, is_exported};

/// The Kubernetes version of Helm 4.3.1's client library, which stands in for a cluster's.
pub const DEFAULT_KUBE_VERSION: &str = "v1.37.0";

/// The version of Helm that templates see.
pub const HELM_VERSION: &str = "v4.3.1";
/// The Go version that templates see.
pub const GO_VERSION: &str = "go1.26.8";
/// The client-go version that templates see.
pub const KUBE_CLIENT_VERSION: &str = "v1.37";

/// API versions that Helm 4.3.1 assumes without a cluster, in its order.
pub const DEFAULT_API_VERSIONS: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// A Kubernetes version as templates see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// As given, with a leading `v`: `v1.33.4-gke.1245000`.
    pub version: String,
    /// Without suffixes: `v1.33.4`.
    pub normalized: String,
    /// `1`
    pub major: String,
    /// `33`
    pub minor: String,
}

impl KubeVersion {
    /// Reads a version as leniently as Kubernetes does: digits and dots, then anything.
    ///
    /// # Errors
    /// In Kubernetes' words, without Helm's `invalid kube version` prefix.
    pub fn parse(text: &str) -> Result<Self, Error> {
        // Kubernetes trims blanks and one leading `v`, reads numbers, and takes the rest as a suffix.
        let trimmed = text.trim();
        let trimmed = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let length = trimmed.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let mut digits = &trimmed[..length];
        // A dot is part of the numbers only when a digit follows it.
        digits = digits.trim_end_matches('.');
        if let Some(double) = digits.find("..") {
            digits = &digits[..double];
        }
        let parts: Vec<&str> = digits.split('.').collect();
        let quoted = govalue::print::quote(text.as_bytes());
        if digits.is_empty() || !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Error::new(format!("could not parse {quoted} as version")));
        }
        if parts.len() < 2 {
            return Err(Error::new(format!("illegal version string {quoted}")));
        }
        let mut numbers = Vec::new();
        for part in &parts {
            if part.len() > 1 && part.starts_with('0') {
                return Err(Error::new(format!(
                    "illegal zero-prefixed version component {} in {}",
                    govalue::print::quote(part.as_bytes()),
                    govalue::print::quote(text.as_bytes())
                )));
            }
            let number: u64 = part.parse().map_err(|_| {
                Error::new(format!(
                    "illegal non-numeric version component {} in {}: strconv.ParseUint: parsing {0}: value out of range",
                    govalue::print::quote(part.as_bytes()),
                    govalue::print::quote(text.as_bytes())
                ))
            })?;
            numbers.push(number);
        }
        while numbers.len() < 3 {
            numbers.push(0);
        }
        let normalized: Vec<String> = numbers.iter().map(u64::to_string).collect();
        Ok(Self {
            version: if text.starts_with('v') { text.to_owned() } else { format!("v{text}") },
            normalized: format!("v{}", normalized.join(".")),
            major: normalized[0].clone(),
            minor: normalized[1].clone(),
        })
    }
}

impl Default for KubeVersion {
    fn default() -> Self {
        Self {
            version: DEFAULT_KUBE_VERSION.to_owned(),
            normalized: DEFAULT_KUBE_VERSION.to_owned(),
            major: "1".to_owned(),
            minor: "37".to_owned(),
        }
    }
}

/// What `.Capabilities` is built from.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// The cluster's version.
    pub kube_version: KubeVersion,
    /// Interfaces that the cluster serves: `apps/v1`, and with a cluster `apps/v1/Deployment`.
    pub api_versions: Vec<String>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            kube_version: KubeVersion::default(),
            api_versions: DEFAULT_API_VERSIONS.iter().map(|&version| version.to_owned()).collect(),
        }
    }
}

impl Capabilities {
    /// The value templates see.
    pub(crate) fn value(&self) -> Value {
        Value::Object(Rc::new(CapabilitiesObject {
            kube_version: Value::Object(Rc::new(KubeVersionObject {
                version: self.kube_version.clone(),
                copied: false,
            })),
            api_versions: Value::List(List::typed(
                &VERSION_SET,
                self.api_versions.iter().map(|version| Value::str(version.as_str())).collect(),
            )),
            helm_version: build_info(HELM_VERSION),
        }))
    }
}

static CAPABILITIES: Type = Type::plain("*common.Capabilities", Kind::Ptr, Some(&CAPABILITIES_STRUCT));
static CAPABILITIES_STRUCT: Type = Type::plain("common.Capabilities", Kind::Struct, None);
static KUBE_VERSION: Type = Type {
    name: "common.KubeVersion",
    kind: Kind::Struct,
    elem: None,
    methods: &[
        Method {
            name: "String",
            signature: NO_ARGUMENTS,
            call: |receiver, _| kube_text(receiver, |v| &v.normalized),
        },
        Method {
            name: "GitVersion",
            signature: NO_ARGUMENTS,
            call: |receiver, _| kube_text(receiver, |v| &v.version),
        },
    ],
};
static KUBE_VERSION_COPY: Type = Type::plain("common.KubeVersion", Kind::Struct, None);
static BUILD_INFO: Type = Type::plain("version.BuildInfo", Kind::Struct, None);
static VERSION_SET: Type = Type {
    name: "common.VersionSet",
    kind: Kind::Slice,
    elem: Some(&types::STRING),
    methods: &[Method {
        name: "Has",
        signature: Signature { params: &[&types::STRING], variadic: false },
        call: |receiver, args| {
            let found = match (receiver, args) {
                (Value::List(list), [Value::Str(wanted)]) => {
                    list.iter().any(|version| version.as_str() == Some(wanted))
                }
                _ => false,
            };
            Ok(Value::Bool(found))
        },
    }],
};
const NO_ARGUMENTS: Signature = Signature { params: &[], variadic: false };

fn kube_text(receiver: &Value, text: fn(&KubeVersion) -> &String) -> govalue::CallResult {
    match receiver.as_object::<KubeVersionObject>() {
        Some(object) => Ok(Value::str(text(&object.version).as_str())),
        None => Err(Box::new(Error::new("invalid memory address or nil pointer dereference"))),
    }
}

struct CapabilitiesObject {
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

impl CapabilitiesObject {
    fn kube_version_copy(&self) -> Value {
        let copy = self.kube_version.as_object::<KubeVersionObject>().and_then(Object::passed);
        copy.unwrap_or_else(|| self.kube_version.clone())
    }
}

impl Object for CapabilitiesObject {
    fn ty(&self) -> &'static Type {
        &CAPABILITIES
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "KubeVersion" => Some(self.kube_version.clone()),
            "APIVersions" => Some(self.api_versions.clone()),
            "HelmVersion" => Some(self.helm_version.clone()),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            // What walks the fields gets a copy of it.
            ("KubeVersion", self.kube_version_copy()),
            ("APIVersions", self.api_versions.clone()),
            ("HelmVersion", self.helm_version.clone()),
        ]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct KubeVersionObject {
    version: KubeVersion,
    /// A copy has no methods: Helm defines them on the pointer, and a copy has no address.
    copied: bool,
}

impl Object for KubeVersionObject {
    fn ty(&self) -> &'static Type {
        if self.copied { &KUBE_VERSION_COPY } else { &KUBE_VERSION }
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields()
            .into_iter()
            .find(|(field, _)| *field == name && is_exported(field))
            .map(|(_, value)| value)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Version", Value::str(self.version.version.as_str())),
            ("normalizedVersion", Value::str(self.version.normalized.as_str())),
            ("Major", Value::str(self.version.major.as_str())),
            ("Minor", Value::str(self.version.minor.as_str())),
        ]
    }

    fn text(&self) -> Option<Str> {
        (!self.copied).then(|| Str::from(self.version.normalized.as_str()))
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        other.as_any().downcast_ref::<Self>().map(|other| self.version == other.version)
    }

    fn passed(&self) -> Option<Value> {
        let version = self.version.clone();
        (!self.copied).then(|| Value::Object(Rc::new(Self { version, copied: true })))
    }

    fn deep_copied(&self) -> Option<Value> {
        // What is not exported is not copied.
        let version = KubeVersion { normalized: String::new(), ..self.version.clone() };
        Some(Value::Object(Rc::new(Self { version, copied: true })))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What `helm version` knows of a build, as the struct that templates see; `version` is its first field.
pub fn build_info(version: &'static str) -> Value {
    Value::Object(Rc::new(BuildInfo { version }))
}

struct BuildInfo {
    version: &'static str,
}

impl Object for BuildInfo {
    fn ty(&self) -> &'static Type {
        &BUILD_INFO
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Version", self.version.into()),
            ("GitCommit", "".into()),
            ("GitTreeState", "".into()),
            ("GoVersion", GO_VERSION.into()),
            ("KubeClientVersion", KUBE_CLIENT_VERSION.into()),
        ]
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        other.as_any().downcast_ref::<Self>().map(|_| true)
    }

    fn json_fields(&self) -> Vec<(&'static str, Value)> {
        // The JSON tags of Helm's struct; empty commit and tree state are left out.
        vec![
            ("version", self.version.into()),
            ("go_version", GO_VERSION.into()),
            ("kube_client_version", KUBE_CLIENT_VERSION.into()),
        ]
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::KubeVersion;

    fn parsed(text: &str) -> (String, String) {
        let version = KubeVersion::parse(text).unwrap();
        (version.version, version.normalized)
    }

    #[test]
    fn suffixes_stay_in_the_version_and_leave_the_normalized_one() {
        assert_eq!(parsed("v1.33.4-gke.1245000"), ("v1.33.4-gke.1245000".into(), "v1.33.4".into()));
        assert_eq!(parsed("1.22"), ("v1.22".into(), "v1.22.0".into()));
        assert!(KubeVersion::parse("one").is_err());
    }
}
