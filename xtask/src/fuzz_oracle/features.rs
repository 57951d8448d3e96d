//! What the questions reached: how many of them name each function, each action, each style of YAML.

use std::collections::BTreeMap;

use super::case::Case;

/// Functions that do not stand in Sprig's table of ours: the language's own, Helm's, and those that ask the host.
const OTHERS: &str = "and or not len index slice print printf println html js urlquery eq ne lt le gt ge include tpl \
    required fail lookup getHostByName now ago date dateInZone date_in_zone htmlDate htmlDateInZone toDate mustToDate \
    durationRound randAlpha randAlphaNum randAscii randNumeric randBytes randInt shuffle uuidv4 encryptAES decryptAES \
    bcrypt htpasswd derivePassword genPrivateKey";

/// Counts by feature.
pub struct Features {
    counts: BTreeMap<&'static str, usize>,
    functions: BTreeMap<&'static str, usize>,
    total: usize,
}

impl Features {
    /// Nothing counted yet; every function is in the table from the start, so that one never asked shows.
    pub fn new() -> Self {
        let pure = sprig::functions::functions().iter().map(|function| function.name);
        let functions = pure.chain(OTHERS.split_whitespace()).map(|name| (name, 0)).collect();
        Self { counts: BTreeMap::new(), functions, total: 0 }
    }

    /// Counts what a question has.
    pub fn count(&mut self, case: &Case) {
        let bytes = case.text();
        let text = String::from_utf8_lossy(&bytes);
        self.total += 1;
        if case.kind == "document" {
            let found = YAML.iter().filter(|(_, has)| has(&text));
            for (name, _) in found {
                *self.counts.entry(name).or_default() += 1;
            }
            return;
        }
        let code = code(&text);
        let mut words: Vec<&str> = code
            .split(|c: char| !(c.is_alphanumeric() || "_.$".contains(c)))
            .filter(|w| !w.is_empty())
            .collect();
        for (name, has) in EXPRESSIONS {
            if has(&text, &code) {
                *self.counts.entry(name).or_default() += 1;
            }
        }
        words.sort_unstable();
        words.dedup();
        for word in words {
            if let Some(count) = self.functions.get_mut(word) {
                *count += 1;
            }
        }
    }

    /// Prints the table: features in order, functions with the rarest first.
    pub fn print(&self, what: &str) {
        let of = if what == "yaml" {
            YAML.iter().map(|(name, _)| *name).collect::<Vec<_>>()
        } else {
            EXPRESSIONS.iter().map(|(name, _)| *name).collect()
        };
        println!("of {} questions have", self.total);
        for name in of {
            println!("  {:7}  {name}", self.counts.get(name).copied().unwrap_or(0));
        }
        if what != "yaml" {
            let mut functions: Vec<_> = self.functions.iter().collect();
            functions.sort_by_key(|(name, count)| (**count, **name));
            let shown: Vec<_> = functions.iter().map(|(name, count)| format!("{name} {count}")).collect();
            println!("  {} functions: {}", shown.len(), shown.join(", "));
        }
    }
}

/// What stands between `{{` and `}}`, without the contents of literals.
fn code(template: &str) -> String {
    let mut out = String::new();
    for part in template.split("{{").skip(1) {
        let mut rest = part.chars();
        let mut quote = None;
        while let Some(c) = rest.next() {
            match (quote, c) {
                (Some('"'), '\\') => {
                    rest.next();
                }
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '"' | '`') => quote = Some(c),
                (None, '}') => break,
                (None, c) => out.push(c),
            }
        }
        out.push('\n');
    }
    out
}

type HasExpression = fn(&str, &str) -> bool;

/// Features of templates, told from the text and from the code in it.
const EXPRESSIONS: &[(&str, HasExpression)] = &[
    ("if", |_, code| word(code, "if")),
    ("else", |_, code| word(code, "else")),
    ("else if", |_, code| code.contains("else if")),
    ("else with", |_, code| code.contains("else with")),
    ("with", |_, code| word(code, "with")),
    ("range", |_, code| word(code, "range")),
    ("range with key and value", |_, code| code.contains("range $") && code.contains(", $")),
    ("range over an integer", |_, code| {
        (0..10).any(|n| code.contains(&format!("range {n}"))) || code.contains("range (int")
    }),
    ("break", |_, code| word(code, "break")),
    ("continue", |_, code| word(code, "continue")),
    ("define", |_, code| word(code, "define")),
    ("block", |_, code| word(code, "block")),
    ("template", |_, code| word(code, "template")),
    ("include", |_, code| word(code, "include")),
    ("tpl", |_, code| word(code, "tpl")),
    ("declared variable", |_, code| code.contains(":=")),
    ("assigned variable", |_, code| code.contains(" = ")),
    ("comment", |text, _| text.contains("/*")),
    ("trim markers", |text, _| text.contains("{{-") || text.contains("-}}")),
    ("pipeline", |_, code| code.contains('|')),
    ("raw text literal", |text, _| text.contains('`')),
    ("field of a call", |_, code| code.contains(").")),
    ("values", |_, code| code.contains(".Values")),
    ("release, chart, capabilities", |_, code| {
        code.contains(".Release") || code.contains(".Chart") || code.contains(".Capabilities")
    }),
    ("files", |_, code| code.contains(".Files")),
    ("nil", |_, code| word(code, "nil")),
    ("negative number", |_, code| code.contains(" -") && code.split(" -").skip(1).any(starts_with_digit)),
    ("float", |_, code| {
        code.split_whitespace().any(|w| w.contains('.') && w.trim_matches('-').parse::<f64>().is_ok())
    }),
    ("large integer", |_, code| code.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 15)),
    ("text that is not ASCII", |text, _| !text.is_ascii()),
    ("empty text", |text, _| text.contains("\"\"")),
    ("dict", |_, code| word(code, "dict")),
    ("list", |_, code| word(code, "list")),
    ("YAML round trip", |_, code| word(code, "toYaml") && word(code, "fromYaml")),
    ("JSON round trip", |_, code| word(code, "toJson") && word(code, "fromJson")),
    ("TOML round trip", |_, code| word(code, "toToml") && word(code, "fromToml")),
];

fn word(code: &str, wanted: &str) -> bool {
    code.split(|c: char| !(c.is_alphanumeric() || "_.$".contains(c))).any(|word| word == wanted)
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a line, without its indentation and dashes, has a value that passes.
fn value(text: &str, passes: fn(&str) -> bool) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches([' ', '-']);
        passes(line.split_once(": ").map_or(line, |(_, value)| value).trim_end())
    })
}

type HasYaml = fn(&str) -> bool;

/// Features of YAML, told from the text: a guess, good enough to see what is never asked.
const YAML: &[(&str, HasYaml)] = &[
    ("plain scalar over several lines", |text| {
        let lines: Vec<&str> = text.lines().collect();
        lines.windows(2).any(|pair| {
            let follows = pair[1].starts_with(' ')
                && !pair[1].contains(": ")
                && !pair[1].trim_start().starts_with("- ");
            follows && !pair[0].ends_with([':', '|', '>', '-', '+', '"', '\'']) && pair[0].contains(": ")
        })
    }),
    ("single quoted", |text| value(text, |v| v.starts_with('\''))),
    ("double quoted", |text| value(text, |v| v.starts_with('"'))),
    ("escapes in double quotes", |text| text.contains('"') && text.contains('\\')),
    ("literal block", |text| value(text, |v| v.starts_with('|'))),
    ("folded block", |text| value(text, |v| v.starts_with('>'))),
    ("block with a digit", |text| {
        value(text, |v| {
            v.starts_with(['|', '>'])
                && v.trim_start_matches(['|', '>', '-', '+']).starts_with(|c: char| c.is_ascii_digit())
        })
    }),
    ("block that keeps", |text| value(text, |v| v.starts_with("|+") || v.starts_with(">+"))),
    ("block that strips", |text| value(text, |v| v.starts_with("|-") || v.starts_with(">-"))),
    ("flow list", |text| value(text, |v| v.starts_with('['))),
    ("flow map", |text| value(text, |v| v.starts_with('{'))),
    ("anchor", |text| text.contains(" &") || text.starts_with('&')),
    ("alias", |text| text.contains(" *")),
    ("merge key", |text| text.contains("<<")),
    ("tag", |text| text.contains(" !")),
    ("!!binary", |text| text.contains("!!binary")),
    ("complex key", |text| text.contains("? ")),
    ("comment", |text| text.contains('#')),
    ("tab", |text| text.contains('\t')),
    ("directive", |text| text.starts_with('%') || text.contains("\n%")),
    ("document marks", |text| text.contains("---") || text.contains("...")),
    ("several documents", |text| text.matches("\n---").count() > 1),
    ("CRLF", |text| text.contains("\r\n")),
    ("byte order mark", |text| text.starts_with('\u{feff}')),
    ("control character", |text| text.chars().any(|c| c < ' ' && !"\n\r\t".contains(c))),
    ("not ASCII", |text| !text.is_ascii()),
    ("key that is no text", |text| {
        text.lines().any(|line| {
            let key = line.trim_start_matches([' ', '-', '?']).split(':').next().unwrap_or_default();
            key.parse::<f64>().is_ok()
                || ["true", "false", "null", "~", "yes", "no", "on", "off"].contains(&key)
        })
    }),
    ("decimal integer", |text| value(text, |v| v.parse::<i64>().is_ok())),
    ("hexadecimal", |text| text.contains("0x")),
    ("octal", |text| {
        text.contains("0o") || value(text, |v| v.len() > 1 && v.starts_with('0') && v.parse::<i64>().is_ok())
    }),
    ("binary number", |text| text.contains("0b")),
    ("underscored number", |text| text.contains("1_000") || text.contains("0_1")),
    ("float", |text| value(text, |v| v.contains('.') && v.parse::<f64>().is_ok())),
    ("exponent", |text| value(text, |v| v.contains(['e', 'E']) && v.parse::<f64>().is_ok())),
    ("infinity or not a number", |text| {
        text.to_lowercase().contains(".inf") || text.to_lowercase().contains(".nan")
    }),
    ("integer beyond 64 bits", |text| value(text, |v| v.len() > 19 && v.chars().all(|c| c.is_ascii_digit()))),
    ("boolean of YAML 1.1", |text| {
        value(text, |v| ["yes", "no", "on", "off", "y", "n"].contains(&v.to_lowercase().as_str()))
    }),
    ("null", |text| value(text, |v| ["~", "null", "Null", "NULL"].contains(&v))),
    ("timestamp", |text| text.contains("2001-1") || text.contains("2024-")),
    ("sexagesimal", |text| text.contains("190:20") || text.contains("12:30")),
    ("the same key twice", |text| {
        let mut keys: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with([' ', '-', '#']))
            .filter_map(|line| line.split_once(": "))
            .map(|(key, _)| key)
            .collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        keys.len() < all
    }),
    ("deeper than eight levels", |text| {
        text.lines().any(|line| line.starts_with("                ")) || text.contains("[[[[[[[[")
    }),
    ("line over 80", |text| text.lines().any(|line| line.chars().count() > 80)),
];
