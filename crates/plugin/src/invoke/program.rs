//! Runs a plugin that is a program.

use super::{Cause, Invocation, InvokeError, Reply, Report};
use crate::pin::Standing;
use crate::subprocess::{Limits, Task, prepare};

pub(super) fn run(
    invocation: Invocation<'_>,
    task: &Task<'_>,
    input: Vec<u8>,
) -> Result<Reply, Box<InvokeError>> {
    let Invocation { ready, actor, surroundings, guard, allowance, before, .. } = invocation;
    let digests = match &ready.standing {
        Standing::Managed(entry) => Some(entry.digests()),
        Standing::Unmanaged | Standing::Path => None,
    };
    // A program that has the terminal may take its time; one that is waited for may not.
    let mut limits = Limits { output: allowance.limits.output, ..Limits::default() };
    if allowance.named.contains(sandbox::Limit::Time.name()) {
        limits.deadline = Some(allowance.limits.time);
    }
    let prepared = prepare(&ready.plugin, task, surroundings, digests.as_ref(), &actor, guard);
    let ran = prepared.and_then(|prepared| {
        if let Some(before) = before {
            before(&prepared);
        }
        prepared.run(input, &limits)
    });
    match ran {
        Ok(bytes) => Ok(Reply { bytes, report: Report::default() }),
        Err(error) => Err(InvokeError::new(&ready.plugin.manifest.name, Cause::Program(error))),
    }
}
