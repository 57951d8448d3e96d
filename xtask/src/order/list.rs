//! What callgrind and nm say, and the list that is made of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The linker skips what stands behind the sign.
const HEAD: &str = "\
# The functions that starting up and rendering call, by the names the linker knows them by: those of `version`, then
# those that most commands call. The linker puts them side by side in this order (build.rs). Written by
# `cargo xtask order`; docs/reference/performance.md says when.
";

/// A binary that has fewer of the listed names, in per cent, has too few.
pub(super) const ENOUGH: usize = 80;

/// The functions of a binary, with the addresses at which they lie. Several may have one name.
pub(super) struct Symbols(BTreeMap<String, Vec<u64>>);

/// How much of a list a binary has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// So many of its names.
    pub(super) names: usize,
    /// In how many aligned pieces of 64 KiB these functions begin. The system brings a file in such pieces.
    pub(super) windows: usize,
}

impl Found {
    /// Whether a list of so many names is still good.
    pub(super) fn is_enough(&self, listed: usize) -> bool {
        listed > 0 && self.names * 100 >= listed * ENOUGH
    }
}

impl Symbols {
    /// Reads what nm prints: `ADDRESS TYPE NAME`.
    pub(super) fn read(text: &str) -> Self {
        let mut symbols = BTreeMap::<String, Vec<u64>>::new();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let (Some(address), Some("t" | "T" | "w" | "W"), Some(name), None) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            if let Ok(address) = u64::from_str_radix(address, 16) {
                symbols.entry(name.to_owned()).or_default().push(address);
            }
        }
        Self(symbols)
    }

    /// The number of names.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many of these names there are, and how close together.
    pub(super) fn found(&self, names: &[&str]) -> Found {
        let found: Vec<&Vec<u64>> = names.iter().filter_map(|&name| self.0.get(name)).collect();
        let windows: BTreeSet<u64> = found.iter().copied().flatten().map(|address| address >> 16).collect();
        Found { names: found.len(), windows: windows.len() }
    }
}

/// The binary's functions in a record of callgrind: `fn=(ID) NAME` and `cfn=(ID) NAME`, where a name is written only with
/// the first mention of its number, and has `'2` behind it where it calls itself. In which order they stand there says
/// nothing.
pub(super) fn called(record: &str, symbols: &Symbols) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in record.lines() {
        let Some((_, name)) = line
            .strip_prefix("fn=(")
            .or_else(|| line.strip_prefix("cfn=("))
            .and_then(|rest| rest.split_once(") "))
        else {
            continue;
        };
        let name = match name.rsplit_once('\'') {
            Some((name, depth)) if depth.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => name,
        };
        // The C library's are not ours to put in order.
        if symbols.0.contains_key(name) {
            names.insert(name.to_owned());
        }
    }
    names
}

/// The names of all runs: those of the first run, then those that most runs have, then those of earlier runs. Where that
/// does not tell they stand by name, so that a list that is made anew differs by little.
pub(super) fn ordered(runs: &[BTreeSet<String>]) -> Vec<&str> {
    // The first run that has it, and how many do.
    let mut seen = BTreeMap::<&str, (usize, usize)>::new();
    for (number, run) in runs.iter().enumerate() {
        for name in run {
            seen.entry(name).or_insert((number, 0)).1 += 1;
        }
    }
    let mut names: Vec<_> = seen.into_iter().collect();
    names.sort_by_key(|&(_, (first, runs))| (first > 0, Reverse(runs), first));
    names.into_iter().map(|(name, _)| name).collect()
}

/// The list as a file.
pub(super) fn written(names: &[&str]) -> String {
    let mut text = HEAD.to_owned();
    for name in names {
        text.push_str(name);
        text.push('\n');
    }
    text
}

/// The names in such a file.
pub(super) fn listed(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Found, Symbols, called, listed, ordered, written};

    const NM: &str = "\
0000000001430000 T main
0000000001430a10 t _ZN6pintle5parse17h0123456789abcdefE
0000000001440010 t _ZN6pintle4walk17h0123456789abcdefE
0000000001990000 t _ZN6pintle4walk17h0123456789abcdefE
0000000001450020 W _ZN6pintle5other17h0123456789abcdefE
0000000002000000 d _ZN6pintle5TABLE17h0123456789abcdefE
                 U malloc@GLIBC_2.2.5
";

    /// As valgrind 3.19 writes it: what a file, an object or a function is called stands where its number comes first.
    const RECORD: &str = "\
# callgrind format
cmd:  pintle template fn=(9) main
events: Ir

ob=(2) /usr/lib/ld.so
fl=(1) ???
fn=(556) 0x000000000001ef00
0 3

fn=(12) (below main)
0 10
cob=(3) pintle
cfi=(1)
cfn=(20) main
calls=1 0
0 100

fn=(20)
0 5
cfn=(31) _ZN6pintle4walk17h0123456789abcdefE
calls=1 0
0 90

fn=(31)
0 1
cfn=(33) _ZN6pintle4walk17h0123456789abcdefE'2
calls=4 0
0 80
cfn=(44) malloc
calls=2 0
0 7

fn=(33)
0 1
cfn=(35) _ZN6pintle5parse17h0123456789abcdefE'3
calls=4 0
0 8
cfn=(36) _ZN6pintle5TABLE17h0123456789abcdefE
calls=4 0
0 8
";

    #[test]
    fn a_record_names_each_function_of_the_binary_once() {
        let symbols = Symbols::read(NM);
        assert_eq!(symbols.len(), 4);
        let names = called(RECORD, &symbols);
        let ours = ["_ZN6pintle4walk17h0123456789abcdefE", "_ZN6pintle5parse17h0123456789abcdefE", "main"];
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ours);
    }

    #[test]
    fn start_comes_first_then_what_most_commands_call() {
        let run = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        // `seldom` starts up; `common` does not, though more commands call it.
        let runs =
            [run("main seldom"), run("x common main twice"), run("common twice b"), run("common a main")];
        assert_eq!(ordered(&runs), ["main", "seldom", "common", "twice", "x", "b", "a"]);
        let runs = [run("main"), run("c b d a")];
        assert_eq!(ordered(&runs), ["main", "a", "b", "c", "d"]);
        assert!(ordered(&[]).is_empty());
    }

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let names = ["main", "_ZN6pintle4walk17h0123456789abcdefE"];
        let text = written(&names);
        assert!(text.starts_with("# ") && text.ends_with("E\n"));
        assert_eq!(listed(&text), names);
        assert_eq!(listed("# head\n\n a \n"), ["a"]);
    }

    #[test]
    fn a_binary_has_some_of_the_names_in_some_windows() {
        let symbols = Symbols::read(NM);
        let found = |names: &[&str]| symbols.found(names);
        let walk = "_ZN6pintle4walk17h0123456789abcdefE";
        assert_eq!(found(&["main", "gone"]), Found { names: 1, windows: 1 });
        // One window for `main` and `parse`, and one for each function called `walk`.
        let parse = "_ZN6pintle5parse17h0123456789abcdefE";
        assert_eq!(found(&["main", parse, walk]), Found { names: 3, windows: 3 });
    }

    #[test]
    fn four_names_of_five_are_enough() {
        let is_enough = |names, listed| Found { names, windows: 1 }.is_enough(listed);
        assert!(is_enough(4, 5) && is_enough(80, 100) && is_enough(5, 5));
        assert!(!is_enough(3, 5) && !is_enough(79, 100) && !is_enough(0, 0));
    }
}
