//! A chart as a function of its values: rendered by one call, with nobody to ask.

use chart::schema::NoReferences;
use chart::{Chart, MissingDependencies, ResolveError, Rules, Versions};
use gotmpl::Budget;
use govalue::{Map, Value};
use guard::{Guard, Permit, Policy, Profile, Provenance};
use sprig::semver::{Constraints, Version};

use crate::{
    Capabilities, Host, KeyAnswer, KeyRequest, Manifests, Moment, ReleaseOptions, RenderError, RenderOptions,
    TEMPLATES, classify, execute,
};

/// How deep templates may call each other: with 32 KiB for a level, what fits into a thread of two megabytes.
const DEPTH: u32 = 48;

/// The rules for versions that Helm has: Masterminds' constraints.
#[derive(Debug, Clone, Copy, Default)]
pub struct Semver;

impl Versions for Semver {
    fn valid(&self, version: &str) -> bool {
        Version::parse(version).is_ok()
    }

    fn matches(&self, constraint: &str, version: &str) -> Result<bool, String> {
        let version = Version::parse(version).map_err(|error| error.to_string())?;
        let constraint = Constraints::parse(constraint).map_err(|error| error.to_string())?;
        Ok(constraint.check(&version))
    }
}

/// A host that knows nothing of the world, for a guard that lets no question through. What can be refused it
/// refuses; asked for the time all the same, it says 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHost;

impl NoHost {
    fn refused<T>() -> Result<T, String> {
        Err("nobody answers here".to_owned())
    }
}

impl Host for NoHost {
    fn now(&mut self, _: Permit) -> Moment {
        Moment { seconds: 0, nanos: 0 }
    }

    fn local_zone(&mut self, _: Permit) -> String {
        "UTC".to_owned()
    }

    fn random(&mut self, _: Permit, _: &mut [u8]) -> Result<(), String> {
        Self::refused()
    }

    fn keys(&mut self, _: Permit, _: &KeyRequest<'_>) -> Result<KeyAnswer, String> {
        Self::refused()
    }

    fn lookup(&mut self, _: Permit, _: &str, _: &str, _: &str, _: &str) -> Result<Value, String> {
        Self::refused()
    }

    fn resolve_host(&mut self, _: Permit, _: &str) -> Result<Vec<String>, String> {
        Self::refused()
    }
}

/// Why [`strictly`] has no manifests, in Helm's words.
#[derive(Debug, thiserror::Error)]
pub enum StrictError {
    /// The chart declares dependencies that are not in its `charts/`.
    #[error(transparent)]
    Missing(#[from] MissingDependencies),
    /// The values and the chart do not fit together.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// A template failed, asked for something, or printed what is not YAML. [`RenderError::denial`] tells the
    /// question that was denied.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Renders a chart as `template --profile strict` does: whatever it asks of the world is denied, so the same chart and
/// the same values give the same manifests. For an installation as revision 1 and Helm's default Kubernetes.
///
/// Who wants to grant something, to answer questions, or to set another Kubernetes version calls [`execute`] and
/// [`classify`], as this function does.
///
/// # Errors
/// When the chart cannot be rendered, or asks.
pub fn strictly(
    chart: &Chart,
    values: &Map,
    release: &str,
    namespace: &str,
) -> Result<Manifests, StrictError> {
    chart.check_dependencies()?;
    let mut notices = Vec::new();
    let rules = Rules { versions: &Semver, schema: Some(&mut NoReferences) };
    let resolved = chart.resolve(values, rules, &mut notices)?;
    let capabilities = Capabilities::default();
    let (constraint, version) = (&resolved.metadata.kube_version, &capabilities.kube_version);
    if !constraint.is_empty() && !Semver.matches(constraint, &version.normalized).unwrap_or(false) {
        let (constraint, version) = (constraint.clone(), version.version.clone());
        return Err(RenderError::KubeVersion { constraint, version }.into());
    }
    let options = RenderOptions {
        release: ReleaseOptions {
            name: release.to_owned(),
            namespace: namespace.to_owned(),
            is_upgrade: false,
            is_install: true,
            revision: 1,
        },
        capabilities,
        enable_dns: false,
        lookup: false,
        subchart_notes: false,
        lint: false,
        budget: Budget::default().with_depth(DEPTH),
        templates: TEMPLATES,
        threads: 1,
        ahead: None,
        on_behalf_of: None,
    };
    let guard = Guard::new(Policy::builder().profile(Profile::Strict).build());
    let rendered = execute(&resolved, options, Box::new(NoHost), guard, &Provenance::Local);
    let mut manifests = classify(&rendered.files?)?;
    notices.extend(rendered.notices);
    notices.append(&mut manifests.notices);
    Ok(Manifests { notices, ..manifests })
}
