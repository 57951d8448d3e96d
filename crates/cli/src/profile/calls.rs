//! A tree of calls with the time that each took: who called what, how often, for how long.

use std::collections::HashMap;
use std::time::Duration;

use gotmpl::Passage;

/// What was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Label {
    /// The root of the tree.
    All,
    /// A phase of a command.
    Phase(&'static str),
    /// A definition, and the file it stands in.
    Definition { name: String, file: String },
    /// A function.
    Function(&'static str),
    /// Parsing what was given to `tpl`.
    Parse,
}

/// A call path: all calls of one thing from the same path share one.
#[derive(Debug)]
pub(super) struct Node {
    /// Index of the label.
    pub(super) label: usize,
    /// Who calls; the root is its own.
    pub(super) parent: usize,
    /// The time from going in to coming out, summed up.
    pub(super) total: Duration,
    /// How often.
    pub(super) count: u64,
}

/// A template that calls ever new things must not fill the memory: beyond so many paths, time counts for whoever
/// is known already.
const MOST_NODES: usize = 1 << 19;

/// What was called so far and what is being executed now.
pub(super) struct Calls {
    labels: Vec<Label>,
    /// Labels by kind and names.
    known: HashMap<Vec<u8>, usize>,
    nodes: Vec<Node>,
    /// Paths by caller and label.
    paths: HashMap<(usize, usize), usize>,
    /// Where we are: a path and when we went in, `None` for what has no path of its own.
    stack: Vec<(usize, Option<Duration>)>,
    /// Kept from call to call.
    key: Vec<u8>,
}

impl Calls {
    pub(super) fn new() -> Self {
        let root = Node { label: 0, parent: 0, total: Duration::ZERO, count: 1 };
        Self {
            labels: vec![Label::All],
            known: HashMap::new(),
            nodes: vec![root],
            paths: HashMap::new(),
            stack: Vec::new(),
            key: Vec::new(),
        }
    }

    /// Something begins at a moment, counted from when measuring began.
    pub(super) fn enter(&mut self, passage: Passage<'_>, now: Duration) {
        let here = self.stack.last().map_or(0, |(node, _)| *node);
        if self.nodes.len() >= MOST_NODES {
            self.stack.push((here, None));
            return;
        }
        let label = self.label(passage);
        let next = self.nodes.len();
        let node = *self.paths.entry((here, label)).or_insert(next);
        if node == next {
            self.nodes.push(Node { label, parent: here, total: Duration::ZERO, count: 0 });
        }
        if let Some(node) = self.nodes.get_mut(node) {
            node.count += 1;
        }
        self.stack.push((node, Some(now)));
    }

    /// What began last ends.
    pub(super) fn leave(&mut self, now: Duration) {
        if let Some((node, Some(began))) = self.stack.pop()
            && let Some(node) = self.nodes.get_mut(node)
        {
            node.total += now.saturating_sub(began);
        }
    }

    /// Ends whatever is still going on.
    pub(super) fn ended(mut self, now: Duration) -> Finished {
        while !self.stack.is_empty() {
            self.leave(now);
        }
        if let Some(root) = self.nodes.first_mut() {
            root.total = now;
        }
        Finished { labels: self.labels, nodes: self.nodes }
    }

    fn label(&mut self, passage: Passage<'_>) -> usize {
        let (kind, name, file): (u8, &[u8], &[u8]) = match passage {
            Passage::Step(name) => (b'S', name.as_bytes(), b""),
            Passage::Definition { name, file } => (b'D', name, file),
            Passage::Function(name) => (b'F', name.as_bytes(), b""),
            Passage::Parse => (b'P', b"", b""),
        };
        self.key.clear();
        self.key.push(kind);
        self.key.extend_from_slice(name);
        self.key.push(0);
        self.key.extend_from_slice(file);
        if let Some(&label) = self.known.get(&self.key) {
            return label;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.labels.push(match passage {
            Passage::Step(name) => Label::Phase(name),
            Passage::Definition { name, file } => Label::Definition { name: text(name), file: text(file) },
            Passage::Function(name) => Label::Function(name),
            Passage::Parse => Label::Parse,
        });
        let label = self.labels.len() - 1;
        self.known.insert(self.key.clone(), label);
        label
    }
}

/// All calls, with nothing going on any more.
pub(super) struct Finished {
    labels: Vec<Label>,
    /// The root first; a caller stands before what it calls.
    nodes: Vec<Node>,
}

impl Finished {
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn label(&self, node: &Node) -> &Label {
        self.labels.get(node.label).unwrap_or(&Label::All)
    }

    /// For each path the time that it did not spend in what it called, of those that `counts` tells.
    pub(super) fn own(&self, counts: impl Fn(&Label) -> bool) -> Vec<Duration> {
        let mut own: Vec<Duration> = self.nodes.iter().map(|node| node.total).collect();
        for node in self.nodes.iter().skip(1) {
            if counts(self.label(node)) {
                own[node.parent] = own[node.parent].saturating_sub(node.total);
            }
        }
        own
    }

    /// Whether a path leads through its own label further up: its time is that one's already.
    pub(super) fn is_within(&self, at: usize, same: impl Fn(&Node) -> bool) -> bool {
        let mut at = self.nodes[at].parent;
        while at != 0 {
            if same(&self.nodes[at]) {
                return true;
            }
            at = self.nodes[at].parent;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn calls_from_the_same_path_share_it_and_own_time_is_what_is_left() {
        let mut calls = Calls::new();
        calls.enter(Passage::Step("execute"), ms(1));
        for n in 0..2 {
            calls.enter(Passage::Function("include"), ms(10 * n + 2));
            calls.enter(Passage::Definition { name: b"a", file: b"c/templates/a" }, ms(10 * n + 3));
            calls.leave(ms(10 * n + 7));
            calls.leave(ms(10 * n + 8));
        }
        // What still goes on at the end ends there.
        let calls = calls.ended(ms(30));
        let totals: Vec<_> = calls.nodes().iter().map(|node| (node.total, node.count)).collect();
        assert_eq!(totals, [(ms(30), 1), (ms(29), 1), (ms(12), 2), (ms(8), 2)]);
        assert_eq!(calls.own(|_| true), [ms(1), ms(17), ms(4), ms(8)]);
    }

    #[test]
    fn the_number_of_paths_is_bounded_and_time_is_not_lost() {
        let mut calls = Calls::new();
        for n in 0..MOST_NODES as u64 + 10 {
            calls.enter(Passage::Function("f"), Duration::from_nanos(n));
        }
        let calls = calls.ended(ms(9));
        assert_eq!(calls.nodes().len(), MOST_NODES);
        assert_eq!(calls.nodes()[1].total, ms(9));
    }
}
