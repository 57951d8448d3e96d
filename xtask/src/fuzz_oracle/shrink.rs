//! Makes a question smaller while the answers still differ in the same way, so that a kept case shows its cause.

use super::case::Case;
use super::recorder::Oracle;
use super::{Difference, difference};

/// How many questions one difference may cost.
const PATIENCE: usize = 400;

/// Takes away what is not needed: halves, then lines, then single characters. Answers the smallest case that
/// still differs, as the oracle's line.
pub fn smallest(case: &Case, line: &str, found: &Difference, oracle: &mut Oracle) -> String {
    let mut best = line.to_owned();
    let mut text = case.text();
    let mut asked = 0;
    let mut size = (text.len() / 2).max(1);
    loop {
        let mut at = 0;
        let mut shorter = false;
        while at < text.len() && asked < PATIENCE {
            let mut candidate = text[..at].to_vec();
            candidate.extend_from_slice(&text[(at + size).min(text.len())..]);
            asked += 1;
            match still(case, &candidate, found, oracle) {
                Some(answered) => {
                    best = answered;
                    text = candidate;
                    shorter = true;
                }
                None => at += size,
            }
        }
        if asked >= PATIENCE || (size == 1 && !shorter) {
            return best;
        }
        if !shorter || size > text.len() {
            size = (size / 2).max(1);
        }
    }
}

fn still(case: &Case, text: &[u8], found: &Difference, oracle: &mut Oracle) -> Option<String> {
    // The text of a document must stay text where it was: broken UTF-8 would be another question.
    if std::str::from_utf8(&case.text()).is_ok() && std::str::from_utf8(text).is_err() {
        return None;
    }
    let question = case.question(text);
    let line = oracle.ask(&question)?;
    let answered = Case::parse(&line).ok()?;
    let now = difference(&answered)?;
    // An address or the present time would be another answer the next time.
    (now.kind == found.kind && !has_address(&line) && oracle.ask(&question)? == line).then_some(line)
}

/// Whether an answer may show where something lies in memory.
fn has_address(line: &str) -> bool {
    line.split("0x").skip(1).any(|rest| rest.bytes().take_while(u8::is_ascii_hexdigit).count() >= 10)
}
