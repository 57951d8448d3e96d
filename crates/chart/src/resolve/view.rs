//! Tables of values, as charts see them while they are put together.

use govalue::{Map, Str, Value, print};

use super::{Node, SubchartValues};
use crate::metadata::Metadata;
use crate::values::coalesce::{self, GLOBAL, Log, Nulls, Place};

/// What is there while values are put together.
#[derive(Clone, Copy)]
pub(super) struct View<'t, 'c> {
    pub(super) nodes: &'t [Node<'c>],
    pub(super) metadata: &'t [Metadata],
}

impl View<'_, '_> {
    fn name(&self, node: usize) -> &str {
        &self.metadata[self.nodes[node].metadata].name
    }

    /// Fills an open table with the defaults of a chart and of all below it.
    pub(super) fn coalesce(
        &self,
        node: usize,
        values: &Map,
        prefix: &Place<'_>,
        nulls: Nulls,
        log: &mut Log<'_>,
    ) -> Result<(), SubchartValues> {
        let prefix = prefix.at(self.name(node).as_bytes());
        let Node { children, values: defaults, .. } = &self.nodes[node];
        let is_subchart = |key: &Str| children.iter().any(|&child| *key == *self.name(child));
        coalesce::defaults(values, defaults, &prefix, nulls, is_subchart, log);
        for &child in children {
            let name = self.name(child);
            let inner = match values.get(name) {
                None => Map::new(),
                Some(Value::Map(inner)) => coalesce::open(&inner),
                // Helm: the message is made with the wrong verb, and shows it.
                Some(other) => {
                    let message = print::sprintf(b"type mismatch on %s: %t", &[Value::from(name), other]);
                    return Err(SubchartValues(String::from_utf8_lossy(&message).into_owned()));
                }
            };
            coalesce::globals(&inner, values, &prefix, log);
            self.coalesce(child, &inner, &prefix, nulls, log)?;
            values.insert(name, inner);
        }
        Ok(())
    }

    /// The part of a table with more than `large` entries that [`Tree::enable`](super::Tree::enable) looks at: it
    /// copies what it is given for every chart, and the values of a chart with a hundred others below it are hardly
    /// ever about one of them.
    pub(super) fn narrowed(&self, node: usize, values: &Map, path: &str, large: usize) -> Map {
        if values.len() <= large {
            return values.clone();
        }
        let mut keys = vec![GLOBAL.as_bytes(), b"tags"];
        keys.extend(path.split('.').next().map(str::as_bytes));
        let mut nodes = vec![node];
        let tables: Vec<_> = std::iter::from_fn(|| {
            let node = &self.nodes[nodes.pop()?];
            nodes.extend(&node.children);
            Some(node.values.borrow())
        })
        .collect();
        keys.extend(tables.iter().flat_map(|table| table.keys().map(Str::as_bytes)));
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            nodes.extend(&self.nodes[node].children);
            keys.extend(self.nodes[node].children.iter().map(|&child| self.name(child).as_bytes()));
            // Declared names become those of charts.
            let declared = self.metadata[self.nodes[node].metadata].dependencies.iter().flatten().flatten();
            keys.extend(declared.flat_map(|d| [d.name.as_bytes(), d.alias.as_bytes()]));
        }
        keys.sort_unstable();
        keys.dedup();
        let all = values.borrow();
        keys.into_iter().filter_map(|key| all.get(key).map(|value| (Str::from(key), value.clone()))).collect()
    }
}
