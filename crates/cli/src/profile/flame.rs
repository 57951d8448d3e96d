//! The tree of calls as a picture: a flame graph in SVG, which any browser shows.
//!
//! Every box is a call path, as wide as the time it took, above the one that called it. What a box is and how long
//! it took shows when the pointer rests on it. No script and nothing from outside is in the file.

use std::fmt::Write as _;
use std::time::Duration;

use super::calls::{Finished, Label};

/// The picture's width in pixels.
const WIDTH: f64 = 1200.0;
/// A row's height.
const ROW: f64 = 17.0;
/// A letter's width, roughly.
const LETTER: f64 = 6.6;
/// What is narrower cannot be seen.
const NARROWEST: f64 = 0.3;
/// Deeper calls are not drawn; a picture higher than this nobody scrolls through.
const MOST_ROWS: usize = 400;

/// Where a call path stands in the picture.
#[derive(Clone, Copy, Default)]
struct Place {
    left: f64,
    width: f64,
    row: usize,
    /// Where the next path that it calls begins.
    next: f64,
    drawn: bool,
}

/// Draws all calls of a command that took `whole`.
pub(super) fn svg(calls: &Finished, whole: Duration) -> String {
    let nodes = calls.nodes();
    let scale = WIDTH / whole.as_secs_f64().max(1e-9);
    let mut places = vec![Place::default(); nodes.len()];
    let mut rows = 0;
    // A caller stands before what it calls.
    for (at, node) in nodes.iter().enumerate() {
        let width = node.total.as_secs_f64() * scale;
        let place = if at == 0 {
            Place { width, drawn: true, ..Place::default() }
        } else {
            let caller = &mut places[node.parent];
            let left = caller.next;
            caller.next += width;
            let drawn = caller.drawn && width >= NARROWEST && caller.row + 1 < MOST_ROWS;
            Place { left, width, row: caller.row + 1, next: left, drawn }
        };
        if place.drawn {
            rows = rows.max(place.row + 1);
        }
        places[at] = place;
    }
    let height = rows as f64 * ROW + 40.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" width=\"{WIDTH:.0}\" \
         height=\"{height:.0}\" font-family=\"monospace\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fbfbfb\"/>\n\
         <text x=\"6\" y=\"18\" font-size=\"13\">{:.1} ms: <tspan fill=\"#5d7f9e\">phases</tspan>, \
         <tspan fill=\"#c9731c\">templates</tspan>, <tspan fill=\"#4e8a3a\">functions</tspan></text>\n",
        whole.as_secs_f64() * 1e3
    );
    for (node, place) in nodes.iter().zip(&places).filter(|(_, place)| place.drawn) {
        let label = calls.label(node);
        let name = escaped(&title(label));
        let top = height - 8.0 - (place.row + 1) as f64 * ROW;
        let share = 100.0 * node.total.as_secs_f64() / whole.as_secs_f64().max(1e-9);
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "<g><title>{name}: {:.3} ms, {share:.2} %, {} times</title><rect x=\"{:.1}\" y=\"{top:.0}\" \
             width=\"{:.1}\" height=\"{:.0}\" rx=\"1\" fill=\"{}\"/>",
            node.total.as_secs_f64() * 1e3,
            node.count,
            place.left,
            (place.width - 0.3).max(0.2),
            ROW - 1.0,
            colour(label)
        );
        let letters = ((place.width - 6.0) / LETTER) as usize;
        if letters >= 3 {
            let _ = write!(
                out,
                "<text x=\"{:.1}\" y=\"{:.0}\">{}</text>",
                place.left + 3.0,
                top + 12.0,
                escaped(&shortened(&title(label), letters))
            );
        }
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn title(label: &Label) -> String {
    match label {
        Label::All => "all".to_owned(),
        Label::Phase(name) => (*name).to_owned(),
        Label::Function(name) => format!("{name}()"),
        Label::Parse => "parsing a text given to tpl".to_owned(),
        Label::Definition { name, file } if name == file => name.clone(),
        Label::Definition { name, file } => format!("{name} ({file})"),
    }
}

/// A colour of the label's kind, a little different for each name so that neighbours can be told apart.
fn colour(label: &Label) -> String {
    let tone =
        title(label).bytes().fold(17_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 5;
    let (hue, saturation) = match label {
        Label::All => (0, 0),
        Label::Phase(_) => (207, 35),
        Label::Definition { .. } => (32, 85),
        Label::Function(_) => (105, 40),
        Label::Parse => (280, 35),
    };
    format!("hsl({hue},{saturation}%,{}%)", 62 + 4 * tone)
}

/// The end of a name tells more than its beginning, which is the chart's path.
fn shortened(name: &str, letters: usize) -> String {
    let count = name.chars().count();
    if count <= letters {
        return name.to_owned();
    }
    let kept: String = name.chars().skip(count - (letters - 1)).collect();
    format!("…{kept}")
}

/// Text for XML: names come from charts and may hold anything.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use gotmpl::Passage;

    use super::super::calls::Calls;
    use super::*;

    #[test]
    fn boxes_stand_side_by_side_above_their_caller_and_names_are_escaped() {
        let ms = Duration::from_millis;
        let mut calls = Calls::new();
        calls.enter(Passage::Step("execute"), ms(0));
        calls.enter(Passage::Function("a"), ms(0));
        calls.leave(ms(25));
        calls.enter(Passage::Definition { name: b"<&\x01>", file: b"f" }, ms(25));
        calls.leave(ms(75));
        calls.leave(ms(100));
        let picture = svg(&calls.ended(ms(100)), ms(100));
        assert!(
            picture.contains("<title>a(): 25.000 ms, 25.00 %, 1 times</title><rect x=\"0.0\""),
            "{picture}"
        );
        assert!(picture.contains("<title>&lt;&amp;\u{fffd}&gt; (f): 50.000 ms"), "{picture}");
        assert!(picture.contains("<rect x=\"300.0\" y=\"32\" width=\"599.7\""), "{picture}");
        assert_eq!(picture.matches("<g>").count(), picture.matches("</g>").count());
    }

    #[test]
    fn long_names_keep_their_end() {
        assert_eq!(shortened("umbrella/charts/x", 5), "…ts/x");
        assert_eq!(shortened("abc", 3), "abc");
    }
}
