//! Walks values with the steps of a template, and prints.

use govalue::types::IntKind;
use govalue::{List, Map, Value, json, print};

use super::{Bound, Node};

/// Why a step could not be taken. `show values` prints nothing then, and succeeds.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum EvalError {
    #[error("not in range, nothing to end")]
    NothingToEnd,
    #[error("unrecognized identifier {0}")]
    Word(String),
    #[error("{0} is not found")]
    NotFound(String),
    #[error("{0} is not array or slice")]
    NotAList(String),
    #[error("array index out of bounds: index {0}, length {1}")]
    OutOfBounds(i64, i64),
    #[error("starting index {0} is greater than ending index {1}")]
    Backwards(i64, i64),
    #[error("step must be > 0")]
    Step,
    #[error("{0} is not array or slice and cannot be filtered")]
    NotFiltered(String),
    #[error("can only compare one element at a time")]
    Several,
    #[error("unrecognized filter operator {0}")]
    Operator(String),
    #[error("invalid type for comparison")]
    Incomparable,
    #[error("incompatible types for comparison")]
    Different,
    /// Kubernetes' own code stops the process here.
    #[error("a value that is not there cannot be used")]
    Nothing,
    #[error("values are nested too deeply")]
    Depth,
    #[error("{0}")]
    Print(govalue::Error),
}

/// A value on the way; `None` is what Go calls an invalid value: not even null.
type Item = Option<Value>;

/// What a step gives. After an error too there are values: a filter that asks whether something is there
/// looks at those.
type Step = (Vec<Item>, Result<(), EvalError>);

/// How deep `..` goes.
const MAX_DEPTH: usize = 2_000;

pub(super) struct Evaluator<'n> {
    nodes: &'n [Node],
    /// The first node of the part that is being walked: a range walks what follows it.
    start: usize,
    begun: usize,
    inside: usize,
    ended: usize,
    /// The node of the last `end`.
    last_end: Option<usize>,
}

impl<'n> Evaluator<'n> {
    pub(super) fn new(nodes: &'n [Node]) -> Self {
        Self { nodes, start: 0, begun: 0, inside: 0, ended: 0, last_end: None }
    }

    /// Prints what is found: the values of one node with blanks between them, nodes without.
    pub(super) fn execute(mut self, data: &Map) -> Result<Vec<u8>, EvalError> {
        let groups = self.find(Some(Value::Map(data.clone())))?;
        let mut out = Vec::new();
        for group in groups {
            for (index, item) in group.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                match item {
                    None => out.extend_from_slice(b"<no value>"),
                    Some(Value::Nil) => out.extend_from_slice(b"null"),
                    Some(value @ (Value::Map(_) | Value::List(_))) => {
                        let text = json::write(value, &json::Options::default()).map_err(EvalError::Print)?;
                        out.extend_from_slice(&text);
                    }
                    Some(value) => print::write_value(&mut out, value),
                }
            }
        }
        Ok(out)
    }

    /// Walks the nodes from `start` on, each from the same data. A range walks those after it once for each of
    /// its values, and goes on behind its end.
    fn find(&mut self, data: Item) -> Result<Vec<Vec<Item>>, EvalError> {
        let current = vec![data];
        let mut found = Vec::new();
        let mut index = self.start;
        while index < self.nodes.len() {
            let (results, outcome) = self.walk(current.clone(), &self.nodes[index]);
            outcome?;
            if self.ended > 0 && self.ended <= self.inside {
                self.ended -= 1;
                self.last_end = Some(index);
                break;
            }
            if self.begun > 0 {
                self.begun -= 1;
                self.inside += 1;
                if results.is_empty() {
                    // The part is walked all the same, to find its end. What fails there fails.
                    self.start = index + 1;
                    self.find(None)?;
                }
                for value in results {
                    self.start = index + 1;
                    let value = value.ok_or(EvalError::Nothing)?;
                    found.extend(self.find(some(value))?);
                }
                self.inside -= 1;
                if let Some(end) = self.last_end.filter(|&end| end > index) {
                    index = end;
                }
            } else {
                found.push(results);
            }
            index += 1;
        }
        Ok(found)
    }

    fn steps(&mut self, mut items: Vec<Item>, nodes: &[Node]) -> Step {
        for node in nodes {
            let outcome;
            (items, outcome) = self.walk(items, node);
            if outcome.is_err() {
                return (items, outcome);
            }
        }
        (items, Ok(()))
    }

    fn walk(&mut self, items: Vec<Item>, node: &Node) -> Step {
        let same = |value: Value| (vec![Some(value); items.len()], Ok(()));
        match node {
            Node::List(nodes) => self.steps(items, nodes),
            Node::Text(text) => (vec![Some(Value::Str(text.clone()))], Ok(())),
            Node::Int(number) => same(Value::int(*number)),
            Node::Float(number) => same(Value::float(*number)),
            Node::Bool(value) => same(Value::Bool(*value)),
            Node::Field(name) => field(&items, name),
            Node::Slice(bounds) => match sliced(&items, *bounds) {
                Ok(found) => (found, Ok(())),
                Err(error) => (items, Err(error)),
            },
            Node::Filter { left, operator, right } => self.filter(items, left, operator, right),
            Node::Wildcard => (items.iter().flatten().flat_map(parts).collect(), Ok(())),
            Node::Recursive => {
                let mut found = Vec::new();
                let outcome = descend(&items, &mut found, 0);
                (found, outcome)
            }
            Node::Union(branches) => {
                let mut found = Vec::new();
                for branch in branches {
                    match self.steps(items.clone(), branch) {
                        (results, Ok(())) => found.extend(results),
                        (_, error) => return (items, error),
                    }
                }
                (found, Ok(()))
            }
            Node::Word(word) => match word.as_str() {
                "range" => {
                    self.begun += 1;
                    (items, Ok(()))
                }
                "end" if self.inside > 0 => {
                    self.ended += 1;
                    (Vec::new(), Ok(()))
                }
                "end" => (Vec::new(), Err(EvalError::NothingToEnd)),
                other => (items, Err(EvalError::Word(other.to_owned()))),
            },
        }
    }

    fn filter(&mut self, items: Vec<Item>, left: &[Node], operator: &str, right: &[Node]) -> Step {
        let mut kept = Vec::new();
        for item in &items {
            let Some(Value::List(list)) = item else {
                let shown = item.as_ref().map_or_else(|| "<invalid reflect.Value>".to_owned(), display);
                return (items, Err(EvalError::NotFiltered(shown)));
            };
            for element in list.iter() {
                let element = Some(element.clone());
                let (lefts, outcome) = self.steps(vec![element.clone()], left);
                if operator == "exists" {
                    // Whether that went well does not count.
                    if !lefts.is_empty() {
                        kept.push(element);
                    }
                    continue;
                }
                if outcome.is_err() {
                    return (items, outcome);
                }
                let left = match one(lefts) {
                    Ok(Some(value)) => value,
                    Ok(None) => continue,
                    Err(error) => return (items, Err(error)),
                };
                let (rights, outcome) = self.steps(vec![element.clone()], right);
                if outcome.is_err() {
                    return (items, outcome);
                }
                let right = match one(rights) {
                    Ok(Some(value)) => value,
                    Ok(None) => continue,
                    Err(error) => return (items, Err(error)),
                };
                match holds(&left, operator, &right) {
                    Ok(true) => kept.push(element),
                    Ok(false) => {}
                    Err(error) => return (kept, Err(error)),
                }
            }
        }
        (kept, Ok(()))
    }
}

/// What a value is once it has been out of Go's hands: null is nothing then.
fn some(value: Value) -> Item {
    if value.is_nil() { None } else { Some(value) }
}

fn display(value: &Value) -> String {
    let mut out = Vec::new();
    print::write_value(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

/// The only value; `None` when there is none.
fn one(mut items: Vec<Item>) -> Result<Option<Value>, EvalError> {
    match items.len() {
        0 => Ok(None),
        1 => items.pop().flatten().map(Some).ok_or(EvalError::Nothing),
        _ => Err(EvalError::Several),
    }
}

fn field(items: &[Item], name: &str) -> Step {
    let values = items.iter().flatten().filter_map(Value::as_map);
    let found: Vec<Item> = values.filter_map(|map| map.get(name)).map(Some).collect();
    if found.is_empty() && !items.is_empty() {
        return (found, Err(EvalError::NotFound(name.to_owned())));
    }
    (found, Ok(()))
}

fn sliced(items: &[Item], bounds: [Bound; 3]) -> Result<Vec<Item>, EvalError> {
    let mut found = Vec::new();
    for item in items {
        let list = match item {
            Some(Value::Nil) => continue,
            Some(Value::List(list)) => list,
            Some(other) => return Err(EvalError::NotAList(other.type_name().to_string())),
            None => return Err(EvalError::Nothing),
        };
        let Some((start, end)) = limits(list, bounds)? else { return Ok(found) };
        let step = match bounds[2] {
            Bound { known: true, value, .. } if value <= 0 => return Err(EvalError::Step),
            Bound { known: true, value, .. } => usize::try_from(value).unwrap_or(usize::MAX),
            _ => 1,
        };
        found.extend(list.iter().take(end).skip(start).step_by(step).cloned().map(Some));
    }
    Ok(found)
}

/// Where a slice starts and ends in a list; `None` for one that is empty by its own numbers.
fn limits(list: &List, [start, end, _]: [Bound; 3]) -> Result<Option<(usize, usize)>, EvalError> {
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let mut first = if start.known { start.value } else { 0 };
    if first < 0 {
        first = first.wrapping_add(length);
    }
    let mut last = if end.known { end.value } else { length };
    if last < 0 || (last == 0 && end.derived) {
        last = last.wrapping_add(length);
    }
    if first == last {
        return Ok(None);
    }
    let position = |at: i64| usize::try_from(at).ok().filter(|&at| at <= list.len());
    let first_position = position(first).filter(|&at| at < list.len());
    let first_position = first_position.ok_or(EvalError::OutOfBounds(first, length))?;
    let last_position = position(last).ok_or(EvalError::OutOfBounds(last.wrapping_sub(1), length))?;
    if first > last {
        return Err(EvalError::Backwards(first, last));
    }
    Ok(Some((first_position, last_position)))
}

/// What a value holds: entries by key, elements, or the bytes of a text.
fn parts(value: &Value) -> Vec<Item> {
    match value {
        Value::Map(map) => map.iter().map(|(_, value)| Some(value)).collect(),
        Value::List(list) => list.iter().cloned().map(Some).collect(),
        Value::Str(text) => {
            text.iter().map(|&byte| Some(Value::Int(IntKind::Uint8, i64::from(byte)))).collect()
        }
        _ => Vec::new(),
    }
}

/// Everything that holds something, from above, each before what it holds.
fn descend(items: &[Item], found: &mut Vec<Item>, depth: usize) -> Result<(), EvalError> {
    if depth > MAX_DEPTH {
        return Err(EvalError::Depth);
    }
    for item in items.iter().flatten() {
        let inner = parts(item);
        if !inner.is_empty() {
            found.push(Some(item.clone()));
            descend(&inner, found, depth + 1)?;
        }
    }
    Ok(())
}

/// Tables, lists and null are not compared with anything.
fn check_comparable(value: &Value) -> Result<(), EvalError> {
    match value {
        Value::Bool(_) | Value::Int(..) | Value::Float(..) | Value::Str(_) => Ok(()),
        _ => Err(EvalError::Incomparable),
    }
}

fn holds(left: &Value, operator: &str, right: &Value) -> Result<bool, EvalError> {
    match operator {
        "==" => equal(left, right),
        // Unequal in kind is an error here too.
        "!=" => equal(left, right).map(|equal| !equal),
        "<" => less(left, right),
        "<=" => Ok(less(left, right)? || equal(left, right)?),
        ">" => Ok(!(less(left, right)? || equal(left, right)?)),
        ">=" => less(left, right).map(|less| !less),
        other => Err(EvalError::Operator(other.to_owned())),
    }
}

fn equal(left: &Value, right: &Value) -> Result<bool, EvalError> {
    check_comparable(left)?;
    check_comparable(right)?;
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Float(_, a), Value::Float(_, b)) => Ok(a == b),
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        // Bytes of a text and numbers of a template: both fit, whatever their types.
        (Value::Int(_, a), Value::Int(_, b)) => Ok(a == b),
        _ => Err(EvalError::Different),
    }
}

fn less(left: &Value, right: &Value) -> Result<bool, EvalError> {
    check_comparable(left)?;
    check_comparable(right)?;
    match (left, right) {
        (Value::Bool(_), Value::Bool(_)) => Err(EvalError::Incomparable),
        (Value::Float(_, a), Value::Float(_, b)) => Ok(a < b),
        (Value::Str(a), Value::Str(b)) => Ok(a < b),
        (Value::Int(_, a), Value::Int(_, b)) => Ok(a < b),
        _ => Err(EvalError::Different),
    }
}
