//! Tables as Helm prints them: cells padded to their column, tabs between them, long ones cut with dots.

/// Rows as lines; every cell is padded, the last one too. `limit` bounds a column's width; zero is no bound.
pub(crate) fn render(rows: &[Vec<String>], limit: usize) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            let width = cell.split('\n').map(width).max().unwrap_or(0);
            let width = if limit > 0 { width.min(limit) } else { width };
            match widths.get_mut(index) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut out = String::new();
    for row in rows {
        let cells: Vec<Vec<String>> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| fit(cell, width).split('\n').map(str::to_owned).collect())
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let parts: Vec<String> = cells
                .iter()
                .zip(&widths)
                .map(|(cell, &width)| fit(cell.get(line).map_or(" ", String::as_str), width))
                .collect();
            out.push_str(&parts.join("\t"));
            out.push('\n');
        }
    }
    out
}

/// Pads a text to a width, or cuts it.
fn fit(text: &str, wanted: usize) -> String {
    let has = width(text);
    if wanted == 0 || has == wanted {
        return text.to_owned();
    }
    if has < wanted {
        return format!("{text}{}", " ".repeat(wanted - has));
    }
    // Helm: one character always stays, so that a column of less than four is wider than it was told to be.
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        out.push(c);
        if used + char_width(c) + 3 >= wanted {
            break;
        }
        used += char_width(c);
    }
    out.push_str("...");
    out
}

fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The columns a character takes on a terminal.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0..=0x1f | 0x7f..=0x9f | 0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_padded_and_cut() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let rows = [row(["NAME", "X"]), row(["日本", "abcdefgh"]), row(["a", ""])];
        assert_eq!(render(&rows, 0), "NAME\tX       \n日本\tabcdefgh\na   \t        \n");
        assert_eq!(render(&rows, 5), "NAME\tX    \n日本\tab...\na   \t     \n");
        assert_eq!(render(&rows[..1], 1), "N...\tX\n");
    }
}
