//! What a call may use: defaults, which the manifest lowers and only the user raises.

use std::collections::BTreeSet;
use std::time::Duration;

use sandbox::{Limit, Limits};

use crate::manifest::Extism;

/// Bytes of a page of Wasm.
const PAGE: u64 = 64 << 10;

/// What a call may use.
#[derive(Debug, Clone, Default)]
pub struct Allowance {
    /// The limits: the defaults, or what the user said.
    pub limits: Limits,
    /// Those that the user named. The manifest does not change them.
    pub named: BTreeSet<&'static str>,
}

impl Allowance {
    /// The limits under a manifest.
    pub(super) fn under(&self, extism: &Extism) -> Limits {
        let mut limits = self.limits.clone();
        let named = |limit: Limit| self.named.contains(limit.name());
        if let Some(pages) = extism.max_pages
            && !named(Limit::Memory)
        {
            // Helm: the number holds for each memory, and messages lie in one of their own. Here all count together.
            limits.memory = limits.memory.min(2 * PAGE * u64::from(pages));
        }
        if let Some(bytes) = extism.max_http_response_bytes
            && !named(Limit::HttpResponse)
        {
            limits.http_response = limits.http_response.min(bytes);
        }
        if let Some(bytes) = extism.max_var_bytes
            && !named(Limit::Vars)
        {
            limits.vars = limits.vars.min(bytes);
        }
        if let Some(milliseconds) = extism.timeout
            && !named(Limit::Time)
        {
            limits.time = limits.time.min(Duration::from_millis(milliseconds));
        }
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_lowers_and_never_raises_and_the_user_decides() {
        let mut allowance = Allowance::default();
        let extism = |pages, timeout| Extism {
            max_pages: Some(pages),
            timeout: Some(timeout),
            max_http_response_bytes: Some(65_536),
            max_var_bytes: Some(u64::MAX),
            ..Extism::default()
        };
        let lowered = allowance.under(&extism(16, 5_000));
        assert_eq!((lowered.memory, lowered.time), (2 << 20, Duration::from_secs(5)));
        assert_eq!((lowered.http_response, lowered.vars), (65_536, 1 << 20));
        let asked = allowance.under(&extism(u32::MAX, u64::MAX));
        assert_eq!((asked.memory, asked.time), (256 << 20, Duration::from_secs(30)));
        allowance.limits.memory = 1 << 30;
        allowance.limits.time = Duration::from_secs(60);
        allowance.named = BTreeSet::from(["plugin.memory", "plugin.time"]);
        let said = allowance.under(&extism(16, 5_000));
        assert_eq!((said.memory, said.time), (1 << 30, Duration::from_secs(60)));
    }
}
