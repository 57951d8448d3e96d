//! Hooks: documents that run at a moment of a release's life instead of being part of it.

use govalue::Str;
use govalue::yaml::Head;

/// A moment at which a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Helm's")]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

impl HookEvent {
    /// Helm's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::Test => "test",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            // Helm 2 had two kinds of tests; charts of that time still say `test-success`.
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }

    /// Reads the annotation's comma list; `None` when one word is not known.
    pub(crate) fn parse_list(words: &str) -> Option<Vec<Self>> {
        words.split(',').map(|word| Self::parse(&word.trim().to_lowercase())).collect()
    }
}

/// A hook with what its annotations say.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The object's name.
    pub name: Str,
    /// The object's kind.
    pub kind: Str,
    /// The template it came from.
    pub path: String,
    /// The document's text.
    pub manifest: Vec<u8>,
    /// When it runs.
    pub events: Vec<HookEvent>,
    /// Its place among the hooks of one event; 0 when absent or not a number.
    pub weight: i64,
    /// When it is deleted: words of `helm.sh/hook-delete-policy`, lower-cased and trimmed.
    pub delete_policies: Vec<String>,
    /// When its logs are shown: words of `helm.sh/hook-output-log-policy`.
    pub output_log_policies: Vec<String>,
}

impl Hook {
    pub(crate) fn from_head(path: &str, document: &[u8], head: &Head, events: Vec<HookEvent>) -> Self {
        let words = |annotation: &[u8]| match head.annotation(annotation) {
            Some(list) => list.to_str_lossy().split(',').map(|word| word.trim().to_lowercase()).collect(),
            None => Vec::new(),
        };
        let weight = head.annotation(b"helm.sh/hook-weight").and_then(|text| text.as_str()?.parse().ok());
        Self {
            name: head.name.clone(),
            kind: head.kind.clone(),
            path: path.to_owned(),
            manifest: document.to_vec(),
            events,
            weight: weight.unwrap_or(0),
            delete_policies: words(b"helm.sh/hook-delete-policy"),
            output_log_policies: words(b"helm.sh/hook-output-log-policy"),
        }
    }

    /// Whether `helm test` runs it.
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }
}

#[cfg(test)]
mod tests {
    use super::HookEvent;

    #[test]
    fn one_unknown_word_spoils_the_list() {
        assert_eq!(
            HookEvent::parse_list(" Pre-Install,test-success"),
            Some(vec![HookEvent::PreInstall, HookEvent::Test])
        );
        assert_eq!(HookEvent::parse_list("pre-install,"), None);
        assert_eq!(HookEvent::parse_list("crd-install"), None);
    }
}
