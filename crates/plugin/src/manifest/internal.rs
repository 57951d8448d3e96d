//! A manifest as Helm writes it into provenance files: its own structures, by the names of their fields.

use govalue::{List, Map, Value};

use super::{Config, Extism, Manifest, PlatformCommand, Runtime, Subprocess};

fn texts(texts: &[String]) -> Value {
    if texts.is_empty() { Value::Nil } else { list(texts.iter().map(|text| text.as_str().into())) }
}

fn list(values: impl Iterator<Item = Value>) -> Value {
    Value::List(List::new(values.collect::<Vec<_>>()))
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let map = Map::new();
    for (name, value) in entries {
        map.insert(name, value);
    }
    Value::Map(map)
}

fn number(number: u64) -> Value {
    Value::int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn commands(commands: &[PlatformCommand]) -> Value {
    if commands.is_empty() {
        return Value::Nil;
    }
    list(commands.iter().map(|command| {
        map([
            ("OperatingSystem", command.os.as_str().into()),
            ("Architecture", command.arch.as_str().into()),
            ("Command", command.command.as_str().into()),
            ("Args", texts(&command.arguments)),
        ])
    }))
}

fn subprocess(runtime: &Subprocess) -> Value {
    let hooks = if runtime.hooks.is_empty() {
        Value::Nil
    } else {
        let hooks = Map::new();
        for (event, programs) in &runtime.hooks {
            hooks.insert(event.as_str(), commands(programs));
        }
        Value::Map(hooks)
    };
    let protocols = if runtime.protocol_commands.is_empty() {
        Value::Nil
    } else {
        list(runtime.protocol_commands.iter().map(|command| {
            map([("Protocols", texts(&command.protocols)), ("PlatformCommand", commands(&command.commands))])
        }))
    };
    map([
        ("PlatformCommand", commands(&runtime.commands)),
        ("PlatformHooks", hooks),
        ("ProtocolCommands", protocols),
    ])
}

fn extism(runtime: &Extism) -> Value {
    let config = if runtime.config.is_empty() {
        Value::Nil
    } else {
        let config = Map::new();
        for (name, value) in &runtime.config {
            config.insert(name.as_str(), value.as_str());
        }
        Value::Map(config)
    };
    let memory = map([
        ("MaxPages", number(runtime.max_pages.unwrap_or(0).into())),
        ("MaxHTTPResponseBytes", number(runtime.max_http_response_bytes.unwrap_or(0))),
        ("MaxVarBytes", number(runtime.max_var_bytes.unwrap_or(0))),
    ]);
    map([
        ("Memory", memory),
        ("Config", config),
        ("AllowedHosts", texts(&runtime.allowed_hosts)),
        ("FileSystem", map([("CreateTempDir", runtime.create_temp_dir.into())])),
        ("Timeout", number(runtime.timeout.unwrap_or(0))),
        ("HostFunctions", texts(&runtime.host_functions)),
        ("EntryFuncName", runtime.entry.as_deref().unwrap_or_default().into()),
    ])
}

impl Manifest {
    /// What Helm writes about a plugin into the provenance of its archive. Nobody reads it again: only the digest
    /// behind it counts.
    pub fn internal(&self) -> Value {
        let config = match &self.config {
            Config::Cli { usage, short_help, long_help, ignore_flags } => map([
                ("Usage", usage.as_str().into()),
                ("ShortHelp", short_help.as_str().into()),
                ("LongHelp", long_help.as_str().into()),
                ("IgnoreFlags", (*ignore_flags).into()),
            ]),
            Config::Getter { protocols } => map([("Protocols", texts(protocols))]),
            Config::PostRenderer | Config::Test => map([]),
        };
        let runtime = match &self.runtime {
            Runtime::Subprocess(runtime) => subprocess(runtime),
            Runtime::Extism(runtime) => extism(runtime),
        };
        map([
            ("APIVersion", self.format.name().into()),
            ("Name", self.name.as_str().into()),
            ("Type", self.config.kind().into()),
            ("Runtime", self.runtime.name().into()),
            ("Version", self.version.as_str().into()),
            ("SourceURL", self.source_url.as_str().into()),
            ("Config", config),
            ("RuntimeConfig", runtime),
        ])
    }
}
