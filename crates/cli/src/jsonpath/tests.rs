use govalue::yaml;

use super::Template;

const DATA: &str = "
image: {repo: nginx, tag: '1.27', pull: null}
ports: [{name: http, port: 80, active: true}, {name: https, port: 443.5}, {name: admin, port: 8080, labels: {a.b: x}}]
list: [a, b, c, d]
empty: []
mixed: [1, two, null, {k: v}]
text: hi
";

/// What is printed, or why nothing is.
fn run(template: &str) -> Result<String, String> {
    let data = yaml::read_map(DATA.as_bytes(), &yaml::Limits::default()).map_err(|e| e.to_string())?;
    let template = Template::parse(template).map_err(|e| format!("parse: {e}"))?;
    let out = template.execute(&data).map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn check(cases: &[(&str, &str)]) {
    for (template, expected) in cases {
        assert_eq!(run(template).as_deref().unwrap_or_else(|e| e), *expected, "{template}");
    }
}

#[test]
fn paths_lead_through_fields_indices_and_quoted_keys() {
    check(&[
        ("{.image.repo}:{.image.tag}", "nginx:1.27"),
        ("{image.repo}", "unrecognized identifier image"),
        ("{$.image['repo']}", "nginx"),
        ("{.ports[2].labels.a\\.b}", "x"),
        ("{.ports[2].labels['a\\.b']}", "x"),
        ("{.image}", r#"{"pull":null,"repo":"nginx","tag":"1.27"}"#),
        ("{.image.pull}", "null"),
        ("{.image.nope}", "nope is not found"),
        ("{.text.x}", "x is not found"),
        ("plain", "plain"),
        ("", ""),
    ]);
}

#[test]
fn slices_are_checked_against_the_length() {
    check(&[
        ("{.list[0]}{.list[-1]}", "ad"),
        ("{.list[1:3]}", "b c"),
        ("{.list[:2]} {.list[2:]} {.list[*]}", "a b c d a b c d"),
        ("{.list[::2]}", "a c"),
        ("{.list[-2:]}", "c d"),
        ("{.list[4]}", "array index out of bounds: index 4, length 4"),
        ("{.list[0:9]}", "array index out of bounds: index 8, length 4"),
        ("{.list[3:1]}", "starting index 3 is greater than ending index 1"),
        ("{.list[0:2:0]}", "step must be > 0"),
        ("{.list[2:2]}", ""),
        ("{.list[]}", "a"),
        ("{.list[0,2]}", "a c"),
        ("{.list['x']}", "x is not found"),
        ("{.text[0]}", "string is not array or slice"),
        ("{.empty[*].x}", ""),
    ]);
}

#[test]
fn filters_compare_values_of_one_kind() {
    check(&[
        (r#"{.ports[?(@.name=="https")].port}"#, "443.5"),
        ("{.ports[?(@.name!='https')].name}", "http admin"),
        ("{.ports[?(@.port>100.0)].name}", "https admin"),
        ("{.ports[?(@.port==80)].name}", "incompatible types for comparison"),
        ("{.ports[?(@.active)].name}", "http"),
        ("{.ports[?(@.active==true)].name}", "active is not found"),
        ("{.ports[?(@.name<'http')].name}", "admin"),
        ("{.list[?(@=='b')]}", "b"),
        ("{.list[?(@=='(b)')]}", ""),
        ("{.text[?(@)]}", "hi is not array or slice and cannot be filtered"),
        ("{.ports[?(@.name=<'h')].name}", "unrecognized filter operator =<"),
    ]);
}

#[test]
fn ranges_walk_what_stands_before_their_end() {
    check(&[
        (r#"{range .ports[*]}{.name}={.port}{"\n"}{end}done"#, "http=80\nhttps=443.5\nadmin=8080\ndone"),
        ("{range .list[*]}[{@}]{end}", "[a][b][c][d]"),
        ("{range .empty[*]}x{end}y", "y"),
        ("{range .empty[*]}{.name}{end}", "name is not found"),
        ("{range .ports[0:2]}{range @}{.name}{end};{end}", "http;https;"),
        ("{end}", "not in range, nothing to end"),
        ("{range .mixed[*]}{@}|{end}", r#"1|two|<no value>|{"k":"v"}|"#),
        ("{range .list[*]}x", "xxxxx"),
    ]);
}

#[test]
fn descent_and_wildcards_visit_by_name() {
    check(&[
        ("{..name}", "http https admin"),
        ("{.image.*}", "null nginx 1.27"),
        ("{.ports[*].name}", "http https admin"),
        ("{.mixed}", r#"[1,"two",null,{"k":"v"}]"#),
        ("{.list..}", r#"["a","b","c","d"] a b c d"#),
    ]);
}

#[test]
fn what_cannot_be_read_is_said_in_kubernetes_words() {
    check(&[
        ("{.a", "parse: unclosed action"),
        ("{*}", "parse: unrecognized character in action: U+002A '*'"),
        ("{....a}", "parse: invalid multiple recursive descent"),
        ("{.a[}", "parse: unterminated array"),
        ("{.a[x]}", "parse: invalid array index x"),
        ("{.a[-]}", "parse: array index - is not a number"),
        ("{.a[?(@.b)}", "parse: unclosed array expect ]"),
        ("{.a[?(@.b]}", "parse: unterminated filter"),
        ("{\"a}", "parse: unterminated quoted string"),
        (r#"{"\q"}"#, r#"parse: unquote string "\q" error invalid syntax"#),
        ("{1.2.3}", "parse: cannot parse number 1.2.3"),
        (r"{'A\x42\103'}{1}{-2.50}{true}", "ABC1-2.5true"),
    ]);
    let deep = "[?(".repeat(300);
    assert!(run(&format!("{{{deep}")).is_err());
}
