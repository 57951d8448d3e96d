//! What a URL leads to: `http` and `https` by ourselves, other schemes by the plugins that fetch them.
//!
//! A scheme of ours cannot be taken by a plugin.

use artifact::http::{Credentials, GetOptions, Tls};
use plugin::invoke::{self, GetterOptions};
use plugin::manifest::Config;
use plugin::{Plugin, duplicates};

use super::Plugins;
use crate::commands::Context;
use crate::fetch::{self, FetchError, Most};
use crate::limits::LimitMet;
use crate::prepare::{read_limited, system_words};
use crate::report::{DENIED, Failure};
use crate::{log, paths};

/// Schemes that are ours.
const OURS: [&str; 3] = ["http", "https", "oci"];

/// The plugins that fetch.
pub(crate) struct Getters {
    plugins: Vec<Plugin>,
}

/// The last of our own exit codes: a module that cannot be run.
const CANNOT_RUN: u8 = 13;

/// What is said besides the URL.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) told: GetterOptions,
}

impl Getters {
    /// Finds them as Helm does: in one folder, whatever its name; those that cannot be loaded are logged.
    pub(crate) fn new(context: &mut Context<'_>) -> Self {
        let folder = context.environment.plugins();
        let mut plugins = Vec::new();
        if folder.is_empty() {
            return Self { plugins };
        }
        for found in plugin::discover(&paths::clean(&folder)) {
            match found.plugin {
                Ok(plugin) => plugins.push(plugin),
                Err(error) => {
                    let file = found.file.to_string_lossy().into_owned();
                    let attributes = [("plugin_yaml", file.as_str()), ("error", &error.to_string())];
                    let line = log::line("WARN", "failed to load plugin (ignoring)", &attributes);
                    context.output.error_line(&line);
                }
            }
        }
        // Helm: with two of one name there is none.
        if duplicates(&plugins).is_err() {
            plugins.clear();
        }
        Self { plugins }
    }

    fn plugin(&self, scheme: &str) -> Option<&Plugin> {
        self.plugins.iter().find(|plugin| match &plugin.manifest.config {
            Config::Getter { protocols } => protocols.iter().any(|known| known == scheme),
            _ => false,
        })
    }

    /// The scheme of a text, if it is one that somebody fetches.
    pub(crate) fn scheme(&self, text: &str) -> Option<String> {
        let scheme = scheme(text)?;
        (OURS.contains(&&*scheme) || self.plugin(&scheme).is_some()).then_some(scheme)
    }

    /// Fetches what a URL leads to.
    ///
    /// # Errors
    /// What the server or the plugin says, and what happened to it.
    pub(crate) fn get(
        &self,
        context: &mut Context<'_>,
        url: &str,
        options: &Options,
        most: Most,
    ) -> Result<Vec<u8>, Failure> {
        let scheme = scheme(url).unwrap_or_default();
        match scheme.as_str() {
            "http" | "https" => return by_http(context, url, options, most),
            "oci" => {
                let why = format!("{url}: registries cannot be asked in this version of Pintle yet");
                return Err(Failure::plain(why));
            }
            _ => {}
        }
        let Some(plugin) = self.plugin(&scheme) else {
            return Err(Failure::plain(format!(
                "scheme {} not supported",
                govalue::print::quote(scheme.as_bytes())
            )));
        };
        let name = govalue::print::quote(plugin.manifest.name.as_bytes());
        let plugins = Plugins::new(context)?;
        let ready = plugins.installed(context.environment, &plugin.folder)?;
        // What was said until now stands before what the plugin says.
        let written = context.output.flush();
        written.map_err(|error| Failure::plain(system_words(&error)))?;
        let fetched =
            plugins.call(context, &ready, None, |call| invoke::getter(call, url, &scheme, &options.told));
        let bytes = fetched.map_err(|failure| {
            // Helm: only the code of a command is passed on.
            let code = if (DENIED..=CANNOT_RUN).contains(&failure.code) { failure.code } else { 1 };
            failure.with_code(code).within(&format!("plugin {name} failed to invoke"))
        });
        let bytes = bytes?.bytes;
        if bytes.len() as u64 > most.1 {
            return Err(Failure::of(&LimitMet::oversize(url, most.0, most.1)));
        }
        Ok(bytes)
    }
}

/// The scheme of a URL, in small letters, as Go finds it.
fn scheme(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once(':')?;
    let mut letters = scheme.bytes();
    let first = letters.next()?;
    let good = first.is_ascii_alphabetic()
        && letters.all(|letter| letter.is_ascii_alphanumeric() || b"+-.".contains(&letter));
    good.then(|| scheme.to_ascii_lowercase())
}

fn by_http(context: &mut Context<'_>, url: &str, options: &Options, most: Most) -> Result<Vec<u8>, Failure> {
    let told = &options.told;
    let file = |path: &str| match path {
        "" => Ok(None),
        path => read_limited(std::path::Path::new(path), "provenance.keyring", 1 << 20)
            .map(Some)
            .map_err(|error| Failure::of(&*error)),
    };
    let tls = Tls {
        authorities: file(&told.ca_file)?,
        identity: file(&told.cert_file)?.zip(file(&told.key_file)?),
        trust_everybody: told.insecure_skip_verify_tls,
    };
    let credentials = (!told.username.is_empty() && !told.password.is_empty())
        .then(|| Credentials { username: told.username.clone(), password: told.password.clone() });
    let asked = GetOptions {
        accept: (!told.accept_header.is_empty()).then(|| told.accept_header.clone()),
        credentials,
        pass_credentials_all: told.pass_credentials_all,
    };
    context.progress.says("fetching", url);
    let client = fetch::client(context.environment, tls, most.1);
    fetch::get(&client, url, &asked, most).map_err(|error| match error {
        FetchError::Limit(limit) => Failure::of(&limit),
        error => Failure::plain(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::scheme;

    #[test]
    fn schemes_are_found_as_go_finds_them() {
        for (text, wanted) in [
            ("S3://b/k", Some("s3")),
            ("a+b.c-1:x", Some("a+b.c-1")),
            ("values.yaml", None),
            ("./a:b", None),
            ("1a:b", None),
            (":x", None),
            ("ü:x", None),
        ] {
            assert_eq!(scheme(text).as_deref(), wanted, "{text}");
        }
    }
}
