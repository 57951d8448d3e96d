//! What a JSON text of a guest takes once it is decoded.

/// The most bytes that the values of a text take in memory. A text of a few megabytes can be gigabytes of them:
/// `{"":0}` is six bytes, and a table of 600.
///
/// Counted by what begins or divides values outside of strings, so that it holds for texts that are no JSON, too.
pub(crate) fn decoded_bytes(text: &[u8]) -> u64 {
    /// A node of a table, which has room for eleven entries.
    const TABLE: u64 = 700;
    /// An entry of a table whose nodes are at least half full.
    const ENTRY: u64 = 140;
    /// An item of a list that grows by doubling, while it is copied.
    const ITEM: u64 = 96;
    /// What the system adds to a text of its own.
    const TEXT: u64 = 32;
    let mut bytes = text.len() as u64;
    let (mut inside, mut escaped) = (false, false);
    for byte in text {
        match (inside, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => inside = false,
            (true, _) => {}
            (false, b'"') => {
                inside = true;
                bytes += TEXT;
            }
            (false, b'{') => bytes += TABLE,
            (false, b':') => bytes += ENTRY,
            (false, b'[' | b',') => bytes += ITEM,
            (false, _) => {}
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::decoded_bytes;

    #[test]
    fn what_stands_in_a_text_is_a_text_and_nothing_more() {
        let text = r#"{"a":"[[[[,,,,{{{{::::\\\",,,,"}"#;
        let same = format!(r#"{{"a":"{}"}}"#, "a".repeat(text.len() - 8));
        assert_eq!(decoded_bytes(text.as_bytes()), decoded_bytes(same.as_bytes()));
    }

    #[test]
    fn small_texts_that_are_large_values_are_charged_as_such() {
        assert!(decoded_bytes(&b"[[],[],[],[],[],[],[],[]]"[..]) > 8 * 64);
        assert!(decoded_bytes(br#"[{"":0},{"":0},{"":0},{"":0}]"#) > 4 * 640);
        assert!(decoded_bytes(b"[0,0,0,0,0,0,0,0,0,0]") > 10 * 64);
        // Of an ordinary request it is little.
        assert!(decoded_bytes(br#"{"name":"shop","namespace":"web","all":true}"#) < 2_000);
    }
}
