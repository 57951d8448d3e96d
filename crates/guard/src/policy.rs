//! What is in force: a profile, rules in order of strength, and a ceiling.

use crate::actor::{Actor, ActorKind};
use crate::capability::Capability;
use crate::denial::{Denial, Missing, Reason};
use crate::grants::{Effect, Grant, GrantsFile, Origin, Profile, SyntaxError};
use crate::pattern::Pattern;
use crate::question::Question;
use crate::scope::{Coverage, FileScope, Scope};
use std::collections::BTreeSet;

/// What the user granted, ready to be asked.
///
/// Sources, weakest first: profile, what plugins.lock holds for a plugin, the user's grants file, named grants
/// files, flags. The strongest source
/// that speaks of a capability for an actor decides its scope; within one source, scopes add up. A `deny` of
/// any source beats every grant, and nothing exceeds the ceiling.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    profile: Profile,
    dns_enabled: bool,
    rules: Vec<Ranked>,
    ceiling: Option<Ceiling>,
    /// What `~` stands for.
    home: Option<String>,
}

#[derive(Debug, Clone)]
struct Ranked {
    /// Which source it is from; higher is stronger.
    source: usize,
    grant: Grant,
}

/// The source that is plugins.lock, weaker than any file and any flag.
const HELD: usize = 0;

#[derive(Debug, Clone)]
struct Ceiling {
    file: String,
    policy: Box<Policy>,
}

/// Collects the sources of a [`Policy`], weakest first.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    profile: Option<Profile>,
    dns_enabled: bool,
    home: Option<String>,
    files: Vec<GrantsFile>,
    flags: Vec<Grant>,
    ceiling: Option<GrantsFile>,
}

impl Builder {
    /// The profile of a flag or variable; it beats the one of a grants file.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// Adds `dns` to what the `helm` profile gives (`--enable-dns`). Under `strict` it changes nothing.
    #[must_use]
    pub fn enable_dns(mut self, enabled: bool) -> Self {
        self.dns_enabled = enabled;
        self
    }

    /// What `~` stands for in paths. Without it, such paths match nothing.
    #[must_use]
    pub fn home(mut self, home: impl Into<String>) -> Self {
        self.home = Some(home.into());
        self
    }

    /// Adds a grants file: the user's own first, then those that were named, in their order.
    #[must_use]
    pub fn file(mut self, file: GrantsFile) -> Self {
        self.files.push(file);
        self
    }

    /// Adds one `--grant` flag.
    pub fn flag(mut self, text: &str) -> Result<Self, SyntaxError> {
        self.flags.push(Grant::from_flag(text)?);
        Ok(self)
    }

    /// Sets the administrator's file: a question passes only if this file, read on its own, allows it.
    /// A file without `profile` is read as `strict`. `~` in its paths stands for nothing.
    #[must_use]
    pub fn ceiling(mut self, file: GrantsFile) -> Self {
        self.ceiling = Some(file);
        self
    }

    /// Puts everything together.
    pub fn build(self) -> Policy {
        let home = self.home;
        let named = self.files.iter().rev().find_map(|file| file.profile);
        let mut rules = Vec::new();
        let flags = HELD + 1 + self.files.len();
        for (number, file) in self.files.into_iter().enumerate() {
            let source = HELD + 1 + number;
            rules.extend(file.grants.into_iter().map(|grant| Ranked { source, grant }));
        }
        rules.extend(self.flags.into_iter().map(|grant| Ranked { source: flags, grant }));
        let mut policy = Policy {
            profile: self.profile.or(named).unwrap_or_default(),
            dns_enabled: self.dns_enabled,
            rules,
            ceiling: None,
            home,
        };
        let home = policy.home.clone();
        policy.rules.iter_mut().for_each(|rule| rule.expand_home(home.as_deref()));
        if let Some(file) = self.ceiling {
            // `~` stays as it is, and matches nothing: where it leads is the user's to say.
            let ceiling = Policy {
                profile: file.profile.unwrap_or(Profile::Strict),
                dns_enabled: self.dns_enabled,
                rules: file.grants.into_iter().map(|grant| Ranked { source: 0, grant }).collect(),
                ceiling: None,
                home: None,
            };
            policy.ceiling = Some(Ceiling { file: file.name, policy: Box::new(ceiling) });
        }
        policy
    }
}

impl Policy {
    /// Starts a policy that is the `helm` profile and nothing else.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Adds what plugins.lock holds for a plugin: weaker than any grants file or flag. Rules that are for a name, and
    /// not for a plugin from its folder, are left out, and so is what a manifest asks for.
    pub fn hold(&mut self, grants: impl IntoIterator<Item = Grant>) {
        let home = self.home.clone();
        let from_there = |grant: &Grant| {
            let folder = grant.from.as_ref().is_some_and(|from| from.folder.is_some());
            folder && grant.origin == Origin::Lock
        };
        self.rules.extend(grants.into_iter().filter(from_there).map(|grant| {
            let mut rule = Ranked { source: HELD, grant };
            rule.expand_home(home.as_deref());
            rule
        }));
    }

    /// The profile in force.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Decides a question that everybody on `stack` asks together, the innermost last: each of them, and each
    /// chart above each of them, must be allowed. Answers who granted it to the asker.
    pub(crate) fn decide(&self, stack: &[&Actor], question: &Question) -> Result<Origin, Denial> {
        let denied = |missing| {
            let asker = stack.last().map(|actor| (*actor).clone());
            Err(Denial::new(asker, question.clone(), self.profile, missing))
        };
        let Some(asker) = stack.last() else {
            return denied(Vec::new());
        };
        let mut granted_by = None;
        let mut missing = Vec::new();
        let mut seen: BTreeSet<(ActorKind, Vec<String>)> = BTreeSet::new();
        // The asker first, so that a denial names whose code it is before it names whose grants limit it.
        for on_stack in stack.iter().rev() {
            let mut limit = Some((*on_stack).clone());
            while let Some(actor) = limit {
                limit = actor.parent();
                if !seen.insert((actor.kind(), actor.path().to_vec())) {
                    continue;
                }
                match self.decide_one(&actor, question) {
                    Ok(origin) => {
                        if actor == **asker {
                            granted_by = Some(origin);
                        }
                    }
                    Err((reason, existing)) => missing.push(Missing {
                        limits: (actor != **on_stack).then(|| (*on_stack).clone()),
                        actor,
                        reason,
                        existing,
                    }),
                }
            }
        }
        match granted_by {
            Some(origin) if missing.is_empty() => Ok(origin),
            _ => denied(missing),
        }
    }

    /// Whether any question under a capability could be allowed to an actor: some rule or profile gives some of it,
    /// and no `deny` takes all.
    pub fn could_allow(&self, actor: &Actor, capability: Capability) -> bool {
        let speaking = || {
            self.rules
                .iter()
                .map(|rule| &rule.grant)
                .filter(|grant| grant.capability == capability && grant.speaks_of(actor))
        };
        let taken = speaking().any(|grant| grant.effect == Effect::Deny && grant.scope == Scope::Any);
        let given = speaking().any(|grant| grant.effect == Effect::Grant)
            || self.baseline(actor, capability).is_some();
        let under_ceiling =
            self.ceiling.as_ref().is_none_or(|ceiling| ceiling.policy.could_allow(actor, capability));
        given
            && !taken
            && under_ceiling
            && actor.parent().is_none_or(|above| self.could_allow(&above, capability))
    }

    /// The folders that the strongest source grants to an actor. Each is still a question to ask.
    pub fn folders(&self, actor: &Actor) -> Vec<&FileScope> {
        let granted = || {
            self.rules.iter().filter(|rule| {
                rule.grant.capability == Capability::File
                    && rule.grant.effect == Effect::Grant
                    && rule.grant.speaks_of(actor)
            })
        };
        let strongest = granted().map(|rule| rule.source).max();
        granted()
            .filter(|rule| Some(rule.source) == strongest)
            .filter_map(|rule| match &rule.grant.scope {
                Scope::File(scope) => Some(scope),
                _ => None,
            })
            .collect()
    }

    /// The most bytes of a temporary folder that the strongest source grants to an actor; `None` where it names none.
    /// It is still a question to ask.
    pub fn tempdir(&self, actor: &Actor) -> Option<u64> {
        let granted = || {
            self.rules.iter().filter(|rule| {
                rule.grant.capability == Capability::Tempdir
                    && rule.grant.effect == Effect::Grant
                    && rule.grant.speaks_of(actor)
            })
        };
        let strongest = granted().map(|rule| rule.source).max();
        let sizes =
            granted().filter(|rule| Some(rule.source) == strongest).map(|rule| match rule.grant.scope {
                Scope::Tempdir(bytes) => Some(bytes),
                _ => None,
            });
        sizes.collect::<Option<Vec<u64>>>()?.into_iter().max()
    }

    /// Decides for one actor, without those above it. The error carries the rules that were too narrow.
    fn decide_one(&self, actor: &Actor, question: &Question) -> Result<Origin, (Reason, Vec<Grant>)> {
        if question.is_too_long() {
            return Err((Reason::TooLong, Vec::new()));
        }
        let capability = question.capability();
        let speaking = || {
            self.rules
                .iter()
                .filter(|rule| rule.grant.capability == capability && rule.grant.speaks_of(actor))
        };
        let taken = speaking().find(|rule| {
            rule.grant.effect == Effect::Deny && rule.grant.scope.covers(question) != Coverage::No
        });
        if let Some(rule) = taken {
            return Err((Reason::Denied(rule.grant.origin.clone()), Vec::new()));
        }
        // No grant is needed for it, so that none is too narrow either.
        let free = actor.kind() == ActorKind::Plugin && matches!(question, Question::CurrentRelease { .. });
        let grants = || speaking().filter(|rule| rule.grant.effect == Effect::Grant && !free);
        let origin = match grants().map(|rule| rule.source).max() {
            Some(strongest) => {
                let deciding = || grants().filter(|rule| rule.source == strongest);
                match deciding().find(|rule| rule.grant.scope.covers(question) == Coverage::Yes) {
                    Some(rule) => rule.grant.origin.clone(),
                    None => {
                        let existing: Vec<Grant> = deciding().map(|rule| rule.grant.clone()).collect();
                        let reason = match existing.first() {
                            Some(grant) => Reason::OutOfScope(grant.origin.clone()),
                            None => Reason::NotGranted,
                        };
                        return Err((reason, existing));
                    }
                }
            }
            None if free => Origin::Sandbox,
            None => self.baseline(actor, capability).ok_or((Reason::NotGranted, Vec::new()))?,
        };
        if let Some(ceiling) = &self.ceiling
            && ceiling.policy.decide_one(actor, question).is_err()
        {
            return Err((Reason::Ceiling(ceiling.file.clone()), Vec::new()));
        }
        Ok(origin)
    }

    /// What an actor has when no rule speaks of the capability.
    fn baseline(&self, actor: &Actor, capability: Capability) -> Option<Origin> {
        use Capability as C;
        match (actor.kind(), self.profile) {
            (ActorKind::Chart, Profile::Helm) => match capability {
                C::Clock | C::Timezone | C::Random | C::Keygen | C::File | C::Cluster | C::SchemaRef => {
                    Some(Origin::Profile(Profile::Helm))
                }
                C::Dns if self.dns_enabled => Some(Origin::Option("--enable-dns")),
                _ => None,
            },
            (ActorKind::Chart, Profile::Strict) => None,
            // A coarse clock, too; the plugin host gives it without a question, for it covers none. Standard streams
            // exist for plugins that are commands; others are given none to ask for.
            (ActorKind::Plugin, _) => {
                matches!(capability, C::Config | C::Random | C::Stdin | C::Stdout | C::Stderr)
                    .then_some(Origin::Sandbox)
            }
            (ActorKind::Policy, _) => None,
        }
    }
}

impl Ranked {
    fn expand_home(&mut self, home: Option<&str>) {
        let Scope::File(file) = &mut self.grant.scope else { return };
        let written = file.host.as_str();
        let below = if written == "~" { Some("") } else { written.strip_prefix('~') };
        if let (Some(below), Some(home)) = (below, home) {
            let home = crate::pattern::escape(home.trim_end_matches('/'));
            // Both halves were patterns, so the whole is one.
            if let Ok(host) = Pattern::new(&format!("{home}{below}")) {
                file.host = host;
            }
        }
    }
}

#[cfg(test)]
mod tests;
