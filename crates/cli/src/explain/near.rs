//! The name that was probably meant.

/// Names longer than this are not compared: nobody types them.
const LONGEST: usize = 200;
/// So many names are compared at most.
const MOST: usize = 20_000;

/// The known name that is nearest to a typed one, when one is near: a third of the letters may differ, letters that
/// changed places count once, and case does not count. Of equally near ones the first.
pub(crate) fn nearest<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let letters = typed.chars().count();
    nearest_within(if letters < 3 { 1 } else { (letters / 3).max(1) }, typed, known)
}

/// The same where nothing has failed yet: one edit, in longer names two.
pub(super) fn misspelled<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    nearest_within(if typed.chars().count() < 6 { 1 } else { 2 }, typed, known)
}

fn nearest_within<'k>(
    admitted: usize,
    typed: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    if typed.is_empty() || typed.len() > LONGEST {
        return None;
    }
    let wanted: Vec<char> = typed.to_lowercase().chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for name in known.into_iter().take(MOST).filter(|name| *name != typed && name.len() <= LONGEST) {
        let other: Vec<char> = name.to_lowercase().chars().collect();
        if other.len().abs_diff(wanted.len()) > admitted || other.is_empty() {
            continue;
        }
        let distance = guard::distance(&wanted, &other);
        // Two short names of which nothing is the same are not near.
        if distance <= admitted && distance < wanted.len().max(other.len()) {
            let better = best.is_none_or(|(least, _)| distance < least);
            if better {
                best = Some((distance, name));
            }
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{misspelled, nearest};

    #[test]
    fn what_has_not_failed_must_be_nearer() {
        assert_eq!(misspelled("tga", ["tag"]), Some("tag"));
        assert_eq!(misspelled("replicaCuont", ["replicaCount"]), Some("replicaCount"));
        assert_eq!(misspelled("minAvailable", ["maxUnavailable"]), None);
        assert_eq!(nearest("minAvailable", ["maxUnavailable"]), Some("maxUnavailable"));
    }

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        let known = ["image", "replicaCount", "service", "ab"];
        let nearest = |typed| nearest(typed, known);
        assert_eq!(nearest("imgae"), Some("image"));
        assert_eq!(nearest("replicacount"), Some("replicaCount"));
        assert_eq!(nearest("replicaCuont"), Some("replicaCount"));
        assert_eq!(nearest("svc"), None);
        assert_eq!(nearest("ba"), Some("ab"));
        assert_eq!(nearest("xy"), None);
        assert_eq!(nearest(""), None);
        assert_eq!(nearest("image"), None);
    }
}
