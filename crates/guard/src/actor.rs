//! Who asks.

use crate::text::visible;
use std::fmt;

/// The kinds of foreign code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActorKind {
    /// A chart or one of its subcharts.
    Chart,
    /// A plugin.
    Plugin,
    /// A policy module.
    Policy,
}

impl ActorKind {
    pub(crate) const ALL: [ActorKind; 3] = [Self::Chart, Self::Plugin, Self::Policy];

    /// The word before the colon of an actor's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Plugin => "plugin",
            Self::Policy => "policy",
        }
    }
}

/// Where an actor was loaded from. Its name was chosen by its author, so the name alone proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Provenance {
    /// A local folder or archive that the user named.
    #[default]
    Local,
    /// Anywhere else.
    Remote {
        /// The reference or URL it was fetched from.
        source: Option<String>,
        /// The fingerprint or identity that signed it, if that was verified.
        signer: Option<String>,
        /// The digest of what was fetched, as `sha256:…`.
        digest: Option<String>,
    },
}

/// One asker: a chart (by its path through the dependency tree), a plugin or a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    kind: ActorKind,
    path: Vec<String>,
    provenance: Provenance,
    /// The folder that an installed plugin was loaded from, and whose files were looked at.
    folder: Option<String>,
}

impl Actor {
    /// A root chart, by its name.
    pub fn chart(name: impl Into<String>) -> Self {
        Self { kind: ActorKind::Chart, path: vec![name.into()], provenance: Provenance::Local, folder: None }
    }

    /// A chart by its whole path through the dependency tree, the names divided by `/`: `shop/redis`.
    pub fn chart_at(path: &str, provenance: Provenance) -> Self {
        let path = path.split('/').map(str::to_owned).collect();
        Self { kind: ActorKind::Chart, path, provenance, folder: None }
    }

    /// A plugin, by its name.
    pub fn plugin(name: impl Into<String>) -> Self {
        Self { kind: ActorKind::Plugin, path: vec![name.into()], provenance: Provenance::Local, folder: None }
    }

    /// An installed plugin, by its name and its canonical folder. Whoever makes one has compared the folder's files
    /// with their digests: what plugins.lock grants is for a plugin *from there*.
    pub fn plugin_in(name: impl Into<String>, folder: impl Into<String>) -> Self {
        Self { folder: Some(folder.into()), ..Self::plugin(name) }
    }

    /// A policy, by its name.
    pub fn policy(name: impl Into<String>) -> Self {
        Self { kind: ActorKind::Policy, path: vec![name.into()], provenance: Provenance::Local, folder: None }
    }

    /// A subchart of this chart, by its alias where it has one. It comes from where its parent comes from.
    #[must_use]
    pub fn subchart(&self, name: impl Into<String>) -> Self {
        let mut path = self.path.clone();
        path.push(name.into());
        Self { kind: self.kind, path, provenance: self.provenance.clone(), folder: None }
    }

    /// The same actor, loaded from somewhere else.
    #[must_use]
    pub fn with_provenance(mut self, provenance: Provenance) -> Self {
        self.provenance = provenance;
        self
    }

    /// The chart above this one, whose grants limit it.
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.path.split_last()?;
        if above.is_empty() {
            return None;
        }
        Some(Self {
            kind: self.kind,
            path: above.to_vec(),
            provenance: self.provenance.clone(),
            folder: None,
        })
    }

    /// What kind of code this is.
    pub fn kind(&self) -> ActorKind {
        self.kind
    }

    /// The path through the dependency tree; one name for everything that is not a subchart.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// Where it was loaded from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The folder that an installed plugin was loaded from.
    pub fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// The path as patterns see it. A `/` inside a name cannot pose as a step to a subchart.
    pub(crate) fn matched_path(&self) -> String {
        let names: Vec<String> = self.path.iter().map(|name| name.replace('/', "\u{1}")).collect();
        names.join("/")
    }

    /// Whether no name in the path would be read differently when a user types it.
    pub(crate) fn can_be_written(&self) -> bool {
        self.path.iter().all(|name| {
            !name.is_empty() && !name.contains('/') && !name.chars().any(crate::text::is_unprintable)
        })
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.kind.word())?;
        for (i, name) in self.path.iter().enumerate() {
            if i > 0 {
                f.write_str("/")?;
            }
            f.write_str(&visible(&name.replace('/', "\\/")))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subchart_is_named_by_its_path_and_knows_its_parent() {
        let redis = Actor::chart("shop").subchart("redis");
        assert_eq!(redis.to_string(), "chart:shop/redis");
        assert_eq!(redis.parent(), Some(Actor::chart("shop")));
        assert_eq!(Actor::chart("shop").parent(), None);
        assert_eq!(Actor::chart_at("shop/redis", Provenance::Local), redis);
    }

    #[test]
    fn a_slash_in_a_name_is_not_a_step() {
        let posing = Actor::chart("shop/redis");
        assert_eq!(posing.to_string(), "chart:shop\\/redis");
        assert_ne!(posing.matched_path(), Actor::chart("shop").subchart("redis").matched_path());
    }

    #[test]
    fn a_subchart_comes_from_where_its_parent_comes_from() {
        let far = Provenance::Remote { source: Some("oci://r/shop".into()), signer: None, digest: None };
        let redis = Actor::chart("shop").with_provenance(far.clone()).subchart("redis");
        assert_eq!(redis.provenance(), &far);
    }
}
