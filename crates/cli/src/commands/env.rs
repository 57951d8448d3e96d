//! `env`: the variables Helm reads, as it sees them.

use super::Context;
use crate::report::Failure;

pub(super) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let table = context.environment.table(&context.parsed);
    match context.parsed.args.first() {
        Some(name) => {
            // Helm: an unknown name is an empty line, not an error.
            let value = table.get(name.as_str()).map_or("", String::as_str);
            context.output.out(&format!("{value}\n"));
        }
        None => {
            for (name, value) in &table {
                context.output.out(&format!("{name}=\"{value}\"\n"));
            }
        }
    }
    Ok(())
}
