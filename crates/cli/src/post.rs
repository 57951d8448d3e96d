//! Post-renderers: `--post-renderer` while flags are read, and their run over everything that was rendered.
//!
//! Helm has one post-renderer, a plugin of the type `postrenderer/v1`, and looks it up while it reads flags. Called by
//! our own name, two things more are accepted. Several flags are a chain: what one prints the next reads, and each
//! has the `--post-renderer-args` that stand behind it (the first one those before it, too, so that with a single one
//! all are its own, as with Helm). And a path, as with Helm 3, is a program of the user's: native code, which runs
//! only where `--grant 'plugin:NAME native'` says so.

use std::path::{Path, PathBuf};

use chart::ResolvedChart;
use govalue::{Map, Value, json};
use guard::{Actor, Guard};
use plugin::invoke;
use plugin::manifest::Runtime;
use plugin::subprocess::{self, SubprocessError};
use render::RenderedFiles;
use render::post::{PostError, divide, merge};
use sandbox::CurrentRelease;

use crate::args::flag::Flag;
use crate::args::{ParseError, Parsed, PostRenderer, PostRenderers, Target, no_plugin, parse_finding};
use crate::commands::Context;
use crate::environment::Environment;
use crate::output::Output;
use crate::plugins::{self, Plugins};
use crate::report::{DENIED, Failure, LIMIT};
use crate::{grants, prepare};

/// Reads the flags of a command that may have post-renderers.
pub(crate) fn parse(
    environment: &Environment,
    flags: &[&Flag],
    arguments: &[String],
) -> (Parsed, Result<(), ParseError>) {
    let find = |name: &str, log: &mut Vec<String>| find(environment, name, log);
    parse_finding(flags, arguments, &PostRenderers { find: &find, several: !environment.is_helm })
}

fn find(environment: &Environment, name: &str, log: &mut Vec<String>) -> Result<Target, String> {
    let mut said = Output::default();
    let found = plugins::find(&mut said, &environment.plugins(), "postrenderer/v1");
    log.extend(said.take_error_lines());
    let found = found.map_err(|failure| failure.message().to_owned())?;
    if let Some(plugin) = found.into_iter().find(|plugin| plugin.manifest.name == name) {
        return Ok(Target::Plugin(plugin.folder));
    }
    let path = Path::new(name);
    if !environment.is_helm && name.contains(std::path::is_separator) && path.is_file() {
        return Ok(Target::Program(path.to_owned()));
    }
    Err(no_plugin(name))
}

/// The release that is being rendered, for those who ask for its values.
pub(crate) struct Release<'r> {
    /// Its namespace and its name.
    pub(crate) place: (&'r str, &'r str),
    /// What the user set.
    pub(crate) values: &'r Map,
    /// The chart, its values resolved.
    pub(crate) chart: &'r ResolvedChart,
}

impl Release<'_> {
    fn current(&self) -> Result<CurrentRelease, Failure> {
        let text = |map: &Map| {
            let options = json::Options::default();
            json::write(&Value::Map(map.clone()), &options).map_err(|error| Failure::of(&error))
        };
        CurrentRelease::read(self.place, &text(self.values)?, &text(&self.chart.values)?)
            .map_err(|error| Failure::plain(format!("cannot tell the values of the release: {error}")))
    }
}

/// Sends what was rendered through the post-renderers that the command line names; without one nothing happens.
///
/// # Errors
/// In Helm's words for what Helm has, and with a code of ours for the rest.
pub(crate) fn render(
    context: &mut Context<'_>,
    files: RenderedFiles,
    release: &Release<'_>,
    limits: &govalue::yaml::Limits,
) -> Result<RenderedFiles, Failure> {
    let chain = context.parsed.post_renderers.clone();
    if chain.is_empty() {
        return Ok(files);
    }
    let failed = |error: PostError| Failure::of(&error);
    let mut stream = merge(&files.files, limits).map_err(failed)?;
    let plugins = Plugins::new(context)?;
    for one in &chain {
        context.progress.says("post-rendering with", &one.name);
        let ran = match &one.target {
            Target::Plugin(folder) => through_plugin(context, &plugins, folder, one, &stream, release),
            Target::Program(path) => through_program(context, &plugins, path, one, &stream),
        };
        stream = ran.map_err(|failure| failure.within("error while running post render on files"))?;
    }
    Ok(RenderedFiles { files: divide(&stream, limits).map_err(failed)?, ..files })
}

fn through_plugin(
    context: &mut Context<'_>,
    plugins: &Plugins,
    folder: &Path,
    one: &PostRenderer,
    stream: &[u8],
    release: &Release<'_>,
) -> Result<Vec<u8>, Failure> {
    let ready = plugins.installed(context.environment, folder)?;
    // A program cannot ask.
    let current = match ready.plugin.manifest.runtime {
        Runtime::Extism(_) => Some(release.current()?),
        Runtime::Subprocess(_) => None,
    };
    let run = |invocation: invoke::Invocation<'_>| invoke::post_renderer(invocation, stream, &one.arguments);
    let name = &ready.plugin.manifest.name;
    let reply = plugins.call(context, &ready, current, run).map_err(|failure| failed(name, failure))?;
    filled(name, reply.bytes)
}

/// Helm: whatever a post-renderer ends with, the command ends with 1.
fn failed(name: &str, failure: Failure) -> Failure {
    let code = if failure.is_of_plugin() { 1 } else { failure.code };
    let quoted = govalue::print::quote(name.as_bytes());
    failure.with_code(code).within(&format!("failed to invoke post-renderer plugin {quoted}"))
}

fn filled(name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    if render::trim(&bytes).is_empty() {
        let quoted = govalue::print::quote(name.as_bytes());
        return Err(Failure::plain(format!("post-renderer {quoted} produced empty output")));
    }
    Ok(bytes)
}

fn through_program(
    context: &mut Context<'_>,
    plugins: &Plugins,
    path: &Path,
    one: &PostRenderer,
    stream: &[u8],
) -> Result<Vec<u8>, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let actor = Actor::plugin(name);
    let mut guard = Guard::new(grants::policy(context, &[])?);
    let absolute = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    let surroundings = plugins.surroundings();
    let ready = subprocess::prepare_program(&absolute, &one.arguments, surroundings, &actor, &mut guard);
    let ran = ready.and_then(|program| program.run(stream.to_vec(), &subprocess::Limits::default()));
    prepare::audit(context, &mut guard)?;
    match ran {
        Ok(bytes) => filled(&one.name, bytes),
        Err(error) => {
            let code = match &error {
                SubprocessError::Denied(_) => DENIED,
                SubprocessError::Output { .. } | SubprocessError::Deadline { .. } => LIMIT,
                _ => 1,
            };
            let hint = match &error {
                SubprocessError::Denied(denial) => denial.hint(),
                _ => None,
            };
            Err(Failure::plain(error.to_string()).with_code(code).with_hints(hint))
        }
    }
}
