//! `template --output-dir`: all files or none.

use crate::guard::Place;

/// A chart that is rendered into a folder where its files from another day lie.
fn place() -> Place {
    let place = Place::chart("kind: A\nold: {{ .Values.old }}\n");
    place.write("shop/values.yaml", "old: false\n");
    place.write("shop/templates/b.yaml", "kind: B\n");
    let hook = "kind: Job\nmetadata: {name: h, annotations: {helm.sh/hook: pre-install}}\n";
    place.write("shop/templates/h.yaml", hook);
    place.write("out/shop/templates/a.yaml", "from another day\n");
    place
}

fn left(place: &Place) -> Vec<(String, String)> {
    let folder = place.path("out/shop/templates");
    let mut left: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let text = std::fs::read_to_string(entry.path()).unwrap_or_else(|_| "(folder)".to_owned());
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    left.sort();
    left
}

const RENDER: [&str; 5] = ["template", "r", "shop", "--output-dir", "out"];

#[test]
fn a_render_that_fails_leaves_the_folder_as_it_was() {
    for broken in ["{{ fail \"no\" }}", "{{ nope }}", "a: b: c"] {
        let place = place();
        place.write("shop/templates/z.yaml", broken);
        let before = left(&place);
        let run = place.run(&RENDER);
        assert_eq!((run.code, &*run.out), (1, ""), "{run:?}");
        assert_eq!(left(&place), before, "{broken}");
    }
}

#[test]
fn a_file_without_a_place_keeps_all_others_back() {
    for taken in ["b.yaml", "h.yaml"] {
        let place = place();
        place.write(&format!("out/shop/templates/{taken}/x"), "");
        let before = left(&place);
        let run = place.run(&RENDER);
        assert_eq!((run.code, &*run.out), (1, ""), "{run:?}");
        assert!(run.err.contains(&format!("open out/shop/templates/{taken}: is a directory")), "{run:?}");
        assert_eq!(left(&place), before);
    }
}

#[test]
fn files_of_another_day_are_replaced_and_hooks_are_added_to_them() {
    let place = place();
    for _ in 0..2 {
        let run = place.run(&RENDER);
        assert_eq!((run.code, &*run.err), (0, ""), "{run:?}");
    }
    let files: Vec<_> =
        left(&place).into_iter().map(|(name, text)| (name, text.matches("kind:").count())).collect();
    let wanted = [("a.yaml", 1), ("b.yaml", 1), ("h.yaml", 2)];
    assert_eq!(files, wanted.map(|(name, count)| (name.to_owned(), count)));
}
