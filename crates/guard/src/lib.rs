//! Who asks, for what, under which grants: permits, denials and the audit list.
//!
//! No chart, plugin or policy has authority of its own. Whatever it wants of the world it asks as a
//! [`Question`]; a [`Guard`] answers from what the *user* granted (a [`Policy`]) with a [`Permit`] that the
//! effect consumes, or with a [`Denial`] that names the [`Actor`] and the line that would grant it. Every
//! question leaves one [`Record`].
//!
//! A question is asked by everybody whose code is running: a template that includes another chart's helper
//! asks together with it, and all of them must be allowed, as must every parent chart of each.
//!
//! Deliberately absent: clocks, files, environment, network, and YAML. The caller hands in grants files as a
//! [`Node`] tree and stamps times on records; see `docs/concepts/guard.md` for the user's view.

mod actor;
mod audit;
mod capability;
mod denial;
mod grants;
mod guard;
mod held;
mod network;
mod node;
mod pattern;
mod policy;
mod question;
mod scope;
mod text;
mod url;

pub use actor::{Actor, ActorKind, Provenance};
pub use audit::{Outcome, Record, Time};
pub use capability::Capability;
pub use denial::{Denial, Missing, Reason};
pub use grants::{
    ActorPattern, Effect, FromWhere, Grant, GrantsFile, Origin, Place, Problem, Profile, SyntaxError,
};
pub use guard::{Guard, Permit};
pub use held::Misplaced;
pub use network::Place as NetworkPlace;
pub use node::{Node, Tree};
pub use pattern::Pattern;
pub use policy::{Builder, Policy};
pub use question::{Question, Stream};
pub use scope::{ClockKind, ClusterScope, FileScope, HttpScope, Mode, ReleaseScope, Scope, Verb};
pub use text::{distance, nearest, shell_quoted, yaml_scalar};
pub use url::{Url, UrlPattern};
