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
    /// `k=v,k2=v2`
    StringToString,
    WaitStrategy,
    PostRenderer,
    PostRendererArgs,
}

impl Kind {
    /// The word that help shows behind the flag's name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Bool => "",
            Self::String => "string",
            Self::StringSlice => "strings",
            Self::StringArray => "stringArray",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Float32 => "float32",
            Self::Duration => "duration",
            Self::StringToString => "stringToString",
            Self::WaitStrategy => "WaitStrategy",
            Self::PostRenderer => "postRendererString",
            Self::PostRendererArgs => "postRendererArgsSlice",
        }
    }
}

/// A flag of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flag {
    pub(crate) name: &'static str,
    pub(crate) short: Option<char>,
    pub(crate) kind: Kind,
    /// As help prints it, empty for none; `$CACHE` and `$CONFIG` are Helm's homes.
    pub(crate) default: &'static str,
    pub(crate) help: &'static str,
    /// The value when the flag stands alone.
    pub(crate) bare: Option<&'static str>,
    pub(crate) hidden: bool,
    /// The variable that has to be set before help shows it.
    pub(crate) gate: Option<&'static str>,
    pub(crate) deprecated: Option<&'static str>,
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
    let bare = if matches!(kind, Kind::Bool) { Some("true") } else { None };
    Flag { name, short, kind, default, help, bare, hidden: false, gate: None, deprecated: None, ours: false }
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
