//! Character classes: `\d`, `[[:alpha:]]`, `\p{Greek}`, with case folded as Go folds it.

use regex_syntax::hir::{Class as HirClass, ClassUnicode, ClassUnicodeRange, HirKind};

use crate::unicode::Class;

/// A class of the ranges given.
pub(super) fn of(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|&(low, high)| ClassUnicodeRange::new(low, high)))
}

/// Adds every rune that differs from one in the class by case only.
pub(super) fn fold(class: &mut ClassUnicode) {
    // It fails only without tables, and ours are compiled in.
    let _ = class.try_case_fold_simple();
}

/// A named class, folded and negated in this order: `(?i)[[:^upper:]]` has no letters at all.
fn named(mut class: ClassUnicode, folded: bool, negated: bool) -> ClassUnicode {
    if folded {
        fold(&mut class);
    }
    if negated {
        class.negate();
    }
    class
}

/// `\d`, `\s`, `\w` and their capitals. All are of ASCII.
pub(super) fn perl(letter: u8, folded: bool) -> Option<ClassUnicode> {
    let ranges: &[(char, char)] = match letter | 0x20 {
        b'd' => &[('0', '9')],
        b's' => &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')],
        b'w' => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        _ => return None,
    };
    Some(named(of(ranges), folded, letter.is_ascii_uppercase()))
}

/// The class of `[:name:]` or `[:^name:]`.
pub(super) fn posix(name: &[u8], folded: bool) -> Option<ClassUnicode> {
    let (negated, name) = match name {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, name),
    };
    let ranges: &[(char, char)] = match name {
        b"alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        b"alpha" => &[('A', 'Z'), ('a', 'z')],
        b"ascii" => &[('\0', '\x7f')],
        b"blank" => &[('\t', '\t'), (' ', ' ')],
        b"cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        b"digit" => &[('0', '9')],
        b"graph" => &[('!', '~')],
        b"lower" => &[('a', 'z')],
        b"print" => &[(' ', '~')],
        b"punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        b"space" => &[('\t', '\r'), (' ', ' ')],
        b"upper" => &[('A', 'Z')],
        b"word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        b"xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(named(of(ranges), folded, negated))
}

/// The class of `\p{name}`: a general category, a script of one word, `Any`, `Assigned` or `ASCII`, in any case.
pub(super) fn unicode(name: &str, folded: bool, negated: bool) -> Option<ClassUnicode> {
    let name: String = name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect();
    let name = capitalised(&name);
    let class = match name.as_str() {
        "Any" => of(&[('\0', char::MAX)]),
        "Ascii" => of(&[('\0', '\x7f')]),
        "Assigned" => assigned(),
        _ => match category(&name) {
            // Go's `C` has the unassigned, and so those that came after its Unicode version.
            Some("C") => {
                let mut class = assigned();
                class.intersect(&table("gc", "C")?);
                class.union(&unassigned());
                class
            }
            Some("Cn") => unassigned(),
            // No text has surrogates.
            Some("Cs") => ClassUnicode::empty(),
            Some(category) => known("gc", category)?,
            None if SCRIPTS.contains(&name.as_str()) => known("sc", &name)?,
            None => return None,
        },
    };
    Some(named(class, folded, negated))
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + &chars.as_str().to_ascii_lowercase(),
        None => String::new(),
    }
}

fn table(property: &str, value: &str) -> Option<ClassUnicode> {
    match regex_syntax::parse(&format!(r"\p{{{property}={value}}}")).ok()?.into_kind() {
        HirKind::Class(HirClass::Unicode(class)) => Some(class),
        HirKind::Literal(literal) => {
            // A class of one rune comes back as that rune.
            let c = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(of(&[(c, c)]))
        }
        _ => None,
    }
}

fn known(property: &str, value: &str) -> Option<ClassUnicode> {
    let mut class = table(property, value)?;
    class.intersect(&of(Class::Assigned.ranges()));
    Some(class)
}

fn unassigned() -> ClassUnicode {
    let mut class = assigned();
    class.negate();
    class
}

/// Noncharacters have an age, but are not assigned.
fn assigned() -> ClassUnicode {
    let mut class = of(Class::Assigned.ranges());
    if let Some(noncharacters) = table("gc", "Cn") {
        class.difference(&noncharacters);
    }
    class
}

/// The short name of a general category, from the short or the long one.
fn category(name: &str) -> Option<&'static str> {
    Some(match name {
        "C" | "Other" => "C",
        "Cc" | "Cntrl" | "Control" => "Cc",
        "Cf" | "Format" => "Cf",
        "Cn" | "Unassigned" => "Cn",
        "Co" | "Privateuse" => "Co",
        "Cs" | "Surrogate" => "Cs",
        "L" | "Letter" => "L",
        "Lc" | "Casedletter" => "LC",
        "Ll" | "Lowercaseletter" => "Ll",
        "Lm" | "Modifierletter" => "Lm",
        "Lo" | "Otherletter" => "Lo",
        "Lt" | "Titlecaseletter" => "Lt",
        "Lu" | "Uppercaseletter" => "Lu",
        "M" | "Mark" | "Combiningmark" => "M",
        "Mc" | "Spacingmark" => "Mc",
        "Me" | "Enclosingmark" => "Me",
        "Mn" | "Nonspacingmark" => "Mn",
        "N" | "Number" => "N",
        "Nd" | "Digit" | "Decimalnumber" => "Nd",
        "Nl" | "Letternumber" => "Nl",
        "No" | "Othernumber" => "No",
        "P" | "Punct" | "Punctuation" => "P",
        "Pc" | "Connectorpunctuation" => "Pc",
        "Pd" | "Dashpunctuation" => "Pd",
        "Pe" | "Closepunctuation" => "Pe",
        "Pf" | "Finalpunctuation" => "Pf",
        "Pi" | "Initialpunctuation" => "Pi",
        "Po" | "Otherpunctuation" => "Po",
        "Ps" | "Openpunctuation" => "Ps",
        "S" | "Symbol" => "S",
        "Sc" | "Currencysymbol" => "Sc",
        "Sk" | "Modifiersymbol" => "Sk",
        "Sm" | "Mathsymbol" => "Sm",
        "So" | "Othersymbol" => "So",
        "Z" | "Separator" => "Z",
        "Zl" | "Lineseparator" => "Zl",
        "Zp" | "Paragraphseparator" => "Zp",
        "Zs" | "Spaceseparator" => "Zs",
        _ => return None,
    })
}

/// The scripts of Unicode 15.0 that Go finds. It strips `_` from what is asked for, but not from its own names, so
/// that scripts of two words are out of reach.
const SCRIPTS: [&str; 117] = [
    "Adlam",
    "Ahom",
    "Arabic",
    "Armenian",
    "Avestan",
    "Balinese",
    "Bamum",
    "Batak",
    "Bengali",
    "Bhaiksuki",
    "Bopomofo",
    "Brahmi",
    "Braille",
    "Buginese",
    "Buhid",
    "Carian",
    "Chakma",
    "Cham",
    "Cherokee",
    "Chorasmian",
    "Common",
    "Coptic",
    "Cuneiform",
    "Cypriot",
    "Cyrillic",
    "Deseret",
    "Devanagari",
    "Dogra",
    "Duployan",
    "Elbasan",
    "Elymaic",
    "Ethiopic",
    "Georgian",
    "Glagolitic",
    "Gothic",
    "Grantha",
    "Greek",
    "Gujarati",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hanunoo",
    "Hatran",
    "Hebrew",
    "Hiragana",
    "Inherited",
    "Javanese",
    "Kaithi",
    "Kannada",
    "Katakana",
    "Kawi",
    "Kharoshthi",
    "Khmer",
    "Khojki",
    "Khudawadi",
    "Lao",
    "Latin",
    "Lepcha",
    "Limbu",
    "Lisu",
    "Lycian",
    "Lydian",
    "Mahajani",
    "Makasar",
    "Malayalam",
    "Mandaic",
    "Manichaean",
    "Marchen",
    "Medefaidrin",
    "Miao",
    "Modi",
    "Mongolian",
    "Mro",
    "Multani",
    "Myanmar",
    "Nabataean",
    "Nandinagari",
    "Newa",
    "Nko",
    "Nushu",
    "Ogham",
    "Oriya",
    "Osage",
    "Osmanya",
    "Palmyrene",
    "Phoenician",
    "Rejang",
    "Runic",
    "Samaritan",
    "Saurashtra",
    "Sharada",
    "Shavian",
    "Siddham",
    "Sinhala",
    "Sogdian",
    "Soyombo",
    "Sundanese",
    "Syriac",
    "Tagalog",
    "Tagbanwa",
    "Takri",
    "Tamil",
    "Tangsa",
    "Tangut",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
    "Tifinagh",
    "Tirhuta",
    "Toto",
    "Ugaritic",
    "Vai",
    "Vithkuqi",
    "Wancho",
    "Yezidi",
    "Yi",
];
