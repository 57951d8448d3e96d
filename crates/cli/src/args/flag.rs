//! One flag: its name, type and how it shows in help.

/// What a flag's value is; the names in help are pflag's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    String,
    /// Repeats, and splits each value as a line of CSV.
    StringSlice,
    /// Repeats; values are taken as they are.
    StringArray,
    Int,
    Uint,
    Float32,
    Duration,
    /// `table`, `json` or `yaml`.
    Format,
    /// `k=v,k2=v2`
    StringToString,
    WaitStrategy,
    PostRenderer,
    PostRendererArgs,
    /// klog's switch, which has another error text.
    KlogBool,
    /// klog's threshold: a number, or a severity's name.
    Severity,
    /// klog's `file:line`.
    TraceLocation,
    /// klog's unsigned number.
    Uint64,
    /// klog's verbosity.
    Level,
    /// klog's `pattern=level` list.
    ModuleSpec,
}

impl Kind {
    /// Whether a flag of this kind may be given more than once, each time with a further value.
    pub(crate) fn repeats(self) -> bool {
        matches!(self, Self::StringSlice | Self::StringArray | Self::StringToString | Self::PostRendererArgs)
    }

    /// The word that help shows behind the flag's name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Bool | Self::KlogBool => "",
            Self::String => "string",
            Self::StringSlice => "strings",
            Self::StringArray => "stringArray",
            Self::Int => "int",
            Self::Uint | Self::Uint64 => "uint",
            Self::Float32 => "float32",
            Self::Duration => "duration",
            Self::Format => "format",
            Self::StringToString => "stringToString",
            Self::WaitStrategy => "WaitStrategy",
            Self::PostRenderer => "postRendererString",
            Self::PostRendererArgs => "postRendererArgsSlice",
            Self::Severity => "severity",
            Self::TraceLocation => "traceLocation",
            Self::Level => "Level",
            Self::ModuleSpec => "moduleSpec",
        }
    }
}

/// What a flag's value can be completed to, where it is not a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    Namespaces,
    Contexts,
    Colors,
    Formats,
    DocTypes,
    Profiles,
    Revisions,
}

/// A flag of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flag {
    pub(crate) name: &'static str,
    pub(crate) short: Option<char>,
    pub(crate) kind: Kind,
    /// As help prints it, empty for none; `$CACHE` and `$CONFIG` are Helm's homes, `$KEYRING` and `$MAX_HISTORY`
    /// what the environment says.
    pub(crate) default: &'static str,
    pub(crate) help: &'static str,
    /// The value when the flag stands alone.
    pub(crate) bare: Option<&'static str>,
    pub(crate) hidden: bool,
    /// The variable that has to be set before help shows it.
    pub(crate) gate: Option<&'static str>,
    pub(crate) deprecated: Option<&'static str>,
    pub(crate) values: Option<Values>,
    /// A flag that Helm does not have.
    pub(crate) ours: bool,
}

/// Makes a flag; the rest is added with the methods below.
pub(crate) const fn flag(
    name: &'static str,
    short: Option<char>,
    kind: Kind,
    default: &'static str,
    help: &'static str,
) -> Flag {
    let bare = if matches!(kind, Kind::Bool | Kind::KlogBool) { Some("true") } else { None };
    Flag {
        name,
        short,
        kind,
        default,
        help,
        bare,
        hidden: false,
        gate: None,
        deprecated: None,
        values: None,
        ours: false,
    }
}

impl Flag {
    pub(crate) const fn bare(mut self, value: &'static str) -> Self {
        self.bare = Some(value);
        self
    }

    pub(crate) const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    pub(crate) const fn gated(mut self, variable: &'static str) -> Self {
        self.gate = Some(variable);
        self
    }

    pub(crate) const fn deprecated(mut self, message: &'static str) -> Self {
        self.deprecated = Some(message);
        self
    }

    pub(crate) const fn completes(mut self, values: Values) -> Self {
        self.values = Some(values);
        self
    }

    pub(crate) const fn ours(mut self) -> Self {
        self.ours = true;
        self
    }

    /// As errors name it: `-n, --namespace` or `--debug`.
    pub(crate) fn display(&self) -> String {
        match self.short {
            Some(short) if self.deprecated.is_none() => format!("-{short}, --{}", self.name),
            _ => format!("--{}", self.name),
        }
    }
}
