//! Lists of any type. Almost all answers are `[]interface {}`, whatever came in.

use govalue::compare::deep_equal;
use govalue::{CallResult, List, Str, Value, types};

use super::args::{any, cast_int64, elements, int, is_empty, nil_dereference, panic, text_of, texts_of};
use super::{cost, table};
use crate::cast;
use crate::words::Panic;

table! {
    "list" (; ANY) => |args| answer(args.to_vec());
    "tuple" (; ANY) => |args| answer(args.to_vec());
    "append" (ANY, ANY) => push, cost cost::first_list;
    "mustAppend" (ANY, ANY) => push, cost cost::first_list;
    "push" (ANY, ANY) => push, cost cost::first_list;
    "mustPush" (ANY, ANY) => push, cost cost::first_list;
    "prepend" (ANY, ANY) => prepend, cost cost::first_list;
    "mustPrepend" (ANY, ANY) => prepend, cost cost::first_list;
    "first" (ANY) => |args| Ok(items(args, 0, "Cannot find first on type")?.first().cloned().unwrap_or_default());
    "mustFirst" (ANY) => |args| Ok(items(args, 0, "Cannot find first on type")?.first().cloned().unwrap_or_default());
    "last" (ANY) => |args| Ok(items(args, 0, "Cannot find last on type")?.last().cloned().unwrap_or_default());
    "mustLast" (ANY) => |args| Ok(items(args, 0, "Cannot find last on type")?.last().cloned().unwrap_or_default());
    "rest" (ANY) => |args| most(items(args, 0, "Cannot find rest on type")?.split_first().map(|(_, rest)| rest)), cost cost::first_list;
    "mustRest" (ANY) => |args| most(items(args, 0, "Cannot find rest on type")?.split_first().map(|(_, rest)| rest)), cost cost::first_list;
    "initial" (ANY) => |args| most(items(args, 0, "Cannot find initial on type")?.split_last().map(|(_, rest)| rest)), cost cost::first_list;
    "mustInitial" (ANY) =>
        |args| most(items(args, 0, "Cannot find initial on type")?.split_last().map(|(_, rest)| rest)), cost cost::first_list;
    "reverse" (ANY) => reverse, cost cost::first_list;
    "mustReverse" (ANY) => reverse, cost cost::first_list;
    "compact" (ANY) => compact, cost cost::first_list;
    "mustCompact" (ANY) => compact, cost cost::first_list;
    "uniq" (ANY) => uniq, cost cost::uniq;
    "mustUniq" (ANY) => uniq, cost cost::uniq;
    "without" (ANY; ANY) => without, cost cost::without;
    "mustWithout" (ANY; ANY) => without, cost cost::without;
    "has" (ANY, ANY) => has, cost cost::has;
    "mustHas" (ANY, ANY) => has, cost cost::has;
    "slice" (ANY; ANY) => slice, cost cost::first_list;
    "mustSlice" (ANY; ANY) => slice, cost cost::first_list;
    "chunk" (INT, ANY) => chunk, cost cost::chunks;
    "mustChunk" (INT, ANY) => chunk, cost cost::chunks;
    "concat" (; ANY) => concat, cost cost::concat;
    "sortAlpha" (ANY) => sort_alpha, cost cost::sort;
}

fn answer(items: Vec<Value>) -> CallResult {
    Ok(List::new(items).into())
}

/// What Go's functions fill with `append`.
fn appended(items: Vec<Value>) -> CallResult {
    Ok(List::grown(&types::LIST_ANY, items).into())
}

/// How many elements of two words fit into the block that Go allocates for so many.
fn allocated(wanted: usize) -> usize {
    const WORDS: usize = 16;
    // The allocator's sizes, as far as a list is likely to be sliced behind its end.
    const SIZES: [usize; 36] = [
        0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416,
        448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792,
    ];
    let bytes = wanted.saturating_mul(WORDS);
    SIZES.iter().find(|&&size| size >= bytes).map_or(wanted, |size| size / WORDS)
}

type Items<'a> = std::borrow::Cow<'a, [Value]>;

/// The elements of an argument, or Sprig's refusal of what is no list.
fn items<'a>(args: &'a [Value], at: usize, refusal: &str) -> Result<Items<'a>, Panic> {
    let value = any(args, at);
    if value.is_nil() {
        return Err(nil_dereference());
    }
    elements(value).ok_or_else(|| Panic::new(format!("{refusal} {}", value.kind())))
}

fn push(args: &[Value]) -> CallResult {
    let mut list = items(args, 0, "Cannot push on type")?.into_owned();
    // Go doubles the room of what is full.
    let capacity = allocated(list.len() * 2);
    list.push(any(args, 1).clone());
    Ok(List::with_capacity(&types::LIST_ANY, list, capacity).into())
}

fn prepend(args: &[Value]) -> CallResult {
    let list = items(args, 0, "Cannot prepend on type")?;
    let all: Vec<Value> = std::iter::once(any(args, 1)).chain(list.iter()).cloned().collect();
    let capacity = allocated(all.len());
    Ok(List::with_capacity(&types::LIST_ANY, all, capacity).into())
}

/// All but one of the elements; of an empty list, a nil slice.
fn most(rest: Option<&[Value]>) -> CallResult {
    match rest {
        Some(rest) => answer(rest.to_vec()),
        None => Ok(List::nil(&types::LIST_ANY).into()),
    }
}

fn reverse(args: &[Value]) -> CallResult {
    answer(items(args, 0, "Cannot find reverse on type")?.iter().rev().cloned().collect())
}

fn compact(args: &[Value]) -> CallResult {
    let list = items(args, 0, "Cannot compact on type")?;
    appended(list.iter().filter(|item| !is_empty(item)).cloned().collect())
}

fn uniq(args: &[Value]) -> CallResult {
    let list = items(args, 0, "Cannot find uniq on type")?;
    let mut kept: Vec<Value> = Vec::new();
    for item in list.iter() {
        if !kept.iter().any(|known| deep_equal(known, item)) {
            kept.push(item.clone());
        }
    }
    appended(kept)
}

fn without(args: &[Value]) -> CallResult {
    let list = items(args, 0, "Cannot find without on type")?;
    let omitted = args.get(1..).unwrap_or_default();
    appended(list.iter().filter(|item| !omitted.iter().any(|omit| deep_equal(omit, item))).cloned().collect())
}

fn has(args: &[Value]) -> CallResult {
    if any(args, 1).is_nil() {
        return Ok(Value::Bool(false));
    }
    let list = items(args, 1, "Cannot find has on type")?;
    Ok(Value::Bool(list.iter().any(|item| deep_equal(any(args, 0), item))))
}

fn slice(args: &[Value]) -> CallResult {
    let len = items(args, 0, "list should be type of slice or array but")?.len();
    if len == 0 {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(0, cast_int64);
    let end = args.get(2).map_or(len as i64, cast_int64);
    let (Ok(from), Ok(to)) = (usize::try_from(start), usize::try_from(end)) else {
        return panic("reflect.Value.Slice: slice index out of bounds");
    };
    let piece = match any(args, 0) {
        Value::List(list) => list.slice(from, to).map(Value::List),
        Value::Bytes(bytes) => bytes.get(from..to).map(Value::bytes),
        _ => None,
    };
    piece.map_or_else(|| panic("reflect.Value.Slice: slice index out of bounds"), Ok)
}

/// Pieces of `size` elements. The number of pieces comes from float arithmetic, so that a size of zero or below does
/// what it does in Go: it panics or gives pieces that nobody expects.
fn chunk(args: &[Value]) -> CallResult {
    let size = int(args, 0);
    let list = items(args, 1, "Cannot chunk type")?;
    let out_of_range = || Panic::new("runtime error: makeslice: len out of range");
    let len = list.len();
    let count = cast::float_to_int64(((len as f64 - 1.0) / size as f64).floor() + 1.0);
    let count = usize::try_from(count).ok().filter(|&count| count <= len).ok_or_else(out_of_range)?;
    let mut chunks = Vec::with_capacity(count);
    for index in 0..count {
        let mut width = size;
        if index + 1 == count {
            let left = cast::float_to_int64((len as f64 % size as f64).floor());
            if left != 0 {
                width = left;
            }
        }
        let width = usize::try_from(width).ok().filter(|&width| width <= len).ok_or_else(out_of_range)?;
        let from = usize::try_from(size).unwrap_or(0).saturating_mul(index);
        let piece = list.get(from..from.saturating_add(width)).ok_or_else(out_of_range)?;
        chunks.push(Value::List(List::new(piece.to_vec())));
    }
    Ok(List::typed(&types::LIST_LIST_ANY, chunks).into())
}

fn concat(args: &[Value]) -> CallResult {
    let mut all: Option<Vec<Value>> = None;
    for value in args {
        if value.is_nil() {
            return Err(nil_dereference().into());
        }
        let Some(items) = elements(value) else {
            return panic(format!("Cannot concat type {} as list", value.kind()));
        };
        if !items.is_empty() {
            all.get_or_insert_default().extend_from_slice(&items);
        }
    }
    all.map_or_else(|| Ok(List::nil(&types::LIST_ANY).into()), appended)
}

/// The texts in order. Sprig sorts a `[]string` in place as well; ours leaves its argument as it is.
fn sort_alpha(args: &[Value]) -> CallResult {
    let value = any(args, 0);
    let texts = if elements(value).is_some() { texts_of(value) } else { List::strings([text_of(value)]) };
    if texts.is_nil() {
        return Ok(texts.into());
    }
    let capacity = texts.capacity();
    let mut texts: Vec<Str> = texts.iter().map(text_of).collect();
    texts.sort_unstable();
    let texts = texts.into_iter().map(Value::Str).collect();
    Ok(List::with_capacity(&types::LIST_STRING, texts, capacity).into())
}
