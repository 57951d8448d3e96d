//! What the engine promises beyond Go: limits with names, texts executed in place, and whose code is executing.

use std::error::Error;
use std::rc::Rc;

use govalue::types::{self, Signature};
use govalue::{CallResult, Map, Value};
use pintle_gotmpl::{
    ANY_NUMBER, Budget, Call, ExecError, Function, Functions, Implementation, LimitError, MissingKey,
    Passage, Set, TextError, Watch,
};

const NAME_AND_DATA: Signature = Signature { params: &[&types::STRING, &types::ANY], variadic: false };

fn host(
    name: &'static str,
    signature: Signature,
    call: fn(&mut Call<'_, '_>, &[Value]) -> CallResult,
) -> Function {
    Function { name, signature, cost: None, implementation: Implementation::Host(call) }
}

fn name_and_data(args: &[Value]) -> (govalue::Str, Value) {
    (args[0].as_str().cloned().unwrap_or_default(), args[1].clone())
}

/// Functions as a host has them: `include`, `tpl`, `owners`, `count` (calls so far), `costly` and `place`.
fn functions() -> Functions {
    let mut functions = Functions::new();
    functions.extend([
        host("include", NAME_AND_DATA, |call, args| {
            let (name, data) = name_and_data(args);
            Ok(Value::str(call.execute_template(&name, &data)?))
        }),
        host("tpl", NAME_AND_DATA, |call, args| {
            let (text, data) = name_and_data(args);
            let owner = call.owners().last().copied().unwrap_or_default();
            match call.execute_text(&text, &data, owner) {
                Ok(out) => Ok(Value::str(out)),
                Err(TextError::Parse(error)) => Err(error.into()),
                Err(TextError::Execute(error)) => Err(error.into()),
            }
        }),
        host("owners", ANY_NUMBER, |call, _| Ok(Value::str(format!("{:?}", call.owners())))),
        host("place", ANY_NUMBER, |call, _| {
            let place = call.place().ok_or("no place")?;
            Ok(Value::str(format!("{}:{}:{} {}", place.file, place.line, place.column, place.definition)))
        }),
        host("count", ANY_NUMBER, |call, _| {
            let calls = call.host_mut::<i64>().ok_or("no counter")?;
            *calls += 1;
            Ok(Value::int(*calls))
        }),
        Function {
            name: "costly",
            signature: ANY_NUMBER,
            cost: Some(|_| 64_000_000.into()),
            implementation: Implementation::Pure(|_| panic!("the budget is asked before the call")),
        },
    ]);
    functions
}

fn set(texts: &[(&str, &str, u32)]) -> Set {
    let mut set = Set::new("charts", Rc::new(functions()), MissingKey::Zero);
    for (name, text, owner) in texts {
        set.parse(name, text.as_bytes(), *owner).unwrap();
    }
    set
}

fn execute(set: &mut Set, budget: &mut Budget) -> Result<String, ExecError> {
    let mut out = Vec::new();
    set.execute("main", &Value::Map(Map::new()), &mut out, &mut 0_i64, budget)?;
    Ok(String::from_utf8(out).unwrap())
}

fn run(texts: &[(&str, &str, u32)]) -> String {
    execute(&mut set(texts), &mut Budget::default()).unwrap()
}

/// The limit that ended an execution; there may be errors of calls around it.
fn limit(error: &ExecError) -> Option<LimitError> {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(limit) = error.downcast_ref::<LimitError>() {
            return Some(limit.clone());
        }
        source = error.source();
    }
    None
}

fn met(text: &str, budget: &mut Budget) -> LimitError {
    let error = execute(&mut set(&[("main", text, 0)]), budget).expect_err("a limit is met");
    limit(&error).unwrap_or_else(|| panic!("no limit: {error}"))
}

#[test]
fn a_loop_ends_at_the_limit_of_steps() {
    let steps = LimitError { name: "render.steps", limit: 1_000 };
    assert_eq!(met("{{ range 1000000000 }}{{ end }}", &mut Budget::with_steps(1_000)), steps);
    assert_eq!(met("{{ range 1000000000 }}x{{ end }}", &mut Budget::with_steps(1_000)), steps);
    assert_eq!(
        met("{{ range 100 }}{{ range 100 }}{{ end }}{{ end }}", &mut Budget::with_steps(1_000)),
        steps
    );
    assert_eq!(steps.to_string(), "the limit render.steps of 1000 was met");
}

#[test]
fn what_is_printed_and_what_a_function_costs_are_steps() {
    let budget = || Budget::with_steps(10_000);
    let text =
        format!("{{{{ $x := {:?} }}}}{{{{ range 2000 }}}}{{{{ $x }}}}{{{{ end }}}}", "x".repeat(64 * 100));
    assert_eq!(met(&text, &mut budget()).name, "render.steps");
    assert_eq!(met("{{ costly }}", &mut budget()).name, "render.steps");
}

#[test]
fn a_budget_is_for_all_executions_it_is_given_to() {
    let (mut set, mut budget) =
        (set(&[("main", "{{ range 10 }}{{ . }}{{ end }}", 0)]), Budget::with_steps(300));
    assert_eq!(execute(&mut set, &mut budget).unwrap(), "0123456789");
    let left = budget.steps;
    assert!(left < 300, "{left}");
    assert_eq!(execute(&mut set, &mut budget).unwrap(), "0123456789");
    assert_eq!(300 - left, left - budget.steps);
    while execute(&mut set, &mut budget).is_ok() {}
    assert_eq!(budget.steps, 0);
}

#[test]
fn blocks_and_parentheses_inside_each_other_end_at_the_limit_of_depth() {
    let blocks = |count: usize| format!("{}x{}", "{{ if true }}".repeat(count), "{{ end }}".repeat(count));
    let chain =
        |count: usize| format!("{{{{ if false }}}}{}{{{{ end }}}}", "{{ else if false }}".repeat(count));
    let parentheses = |count: usize| format!("{{{{ {}true{} }}}}", "(".repeat(count), ")".repeat(count));
    for text in [blocks(200), chain(200), parentheses(200)] {
        assert_eq!(met(&text, &mut Budget::default().with_depth(20)).name, "render.depth");
        let mut set = set(&[("main", &text, 0)]);
        // What is closed does not count.
        for _ in 0..5 {
            execute(&mut set, &mut Budget::default().with_depth(60)).unwrap();
        }
    }
}

#[test]
fn recursion_ends_at_the_limit_of_depth_by_whatever_way() {
    let depth = |text: &str| met(text, &mut Budget::default().with_depth(20));
    let limit = LimitError { name: "render.depth", limit: 20 };
    assert_eq!(depth("{{ template \"main\" . }}"), limit);
    assert_eq!(depth("{{ include \"main\" . }}"), limit);
    assert_eq!(
        depth(
            "{{ define \"a\" }}{{ template \"b\" }}{{ end }}{{ define \"b\" }}{{ include \"a\" . }}{{ end }}{{ template \"a\" }}"
        ),
        limit
    );
}

#[test]
fn a_text_that_executes_itself_ends_at_the_limit_of_depth() {
    let mut set = set(&[("main", r#"{{ tpl .text . }}"#, 0)]);
    let data: Map = [("text", "{{ tpl .text . }}")].into_iter().collect();
    let mut budget = Budget::default().with_depth(20);
    let error = set.execute("main", &Value::Map(data), &mut Vec::new(), &mut (), &mut budget).unwrap_err();
    assert_eq!(limit(&error), Some(LimitError { name: "render.depth", limit: 20 }), "{error}");
}

#[test]
fn a_text_costs_steps_for_its_length_when_it_is_new() {
    let loop_over = |text: &str| {
        let comment = "x".repeat(1_600);
        format!(
            r#"{{{{ $x := "{{{{/* {comment} */}}}}" }}}}{{{{ range 200 }}}}{{{{ tpl {text} . }}}}{{{{ end }}}}"#
        )
    };
    let budget = || Budget::with_steps(30_000);
    assert_eq!(met(&loop_over("(printf \"%s{{- .%d }}\" $x .)"), &mut budget()).name, "render.steps");
    execute(&mut set(&[("main", &loop_over("$x"), 0)]), &mut budget()).unwrap();
}

#[test]
fn a_text_sees_the_set_and_what_it_defines_itself_and_the_set_does_not_see_that() {
    let texts = [
        ("lib", r#"{{ define "a" }}A{{ template "b" }}{{ end }}{{ define "b" }}B{{ end }}"#, 0),
        ("main", r#"{{ tpl `{{ define "b" }}own{{ end }}{{ include "a" . }}` . }} {{ include "a" . }}"#, 0),
    ];
    assert_eq!(run(&texts), "Aown AB");
    let mut set = set(&texts);
    let names = set.names();
    execute(&mut set, &mut Budget::default()).unwrap();
    assert_eq!(set.names(), names);
}

#[test]
fn a_text_in_a_text_sees_the_definitions_of_both() {
    let inner = r#"{{ define "y" }}Y{{ end }}{{ template "x" }}{{ template "y" }}"#;
    let outer =
        format!(r#"{{{{ define "x" }}}}X{{{{ end }}}}{{{{ tpl {inner:?} . }}}}{{{{ template "x" }}}}"#);
    assert_eq!(run(&[("main", &format!("{{{{ tpl {outer:?} . }}}}"), 0)]), "XYX");
    let leaks =
        format!(r#"{{{{ define "x" }}}}X{{{{ end }}}}{{{{ tpl {inner:?} . }}}}{{{{ template "y" }}}}"#);
    let error =
        execute(&mut set(&[("main", &format!("{{{{ tpl {leaks:?} . }}}}"), 0)]), &mut Budget::default());
    assert!(error.unwrap_err().to_string().contains(r#"template "y" not defined"#));
}

#[test]
fn a_text_that_fails_leaves_no_definitions_behind() {
    let mut set =
        set(&[("main", r#"{{ tpl `{{ define "b" }}own{{ end }}{{ index 1 }}{{ index .x 1 }}` . }}"#, 0)]);
    let names = set.names();
    assert!(execute(&mut set, &mut Budget::default()).is_err());
    assert_eq!(set.names(), names);
}

#[test]
fn a_text_that_cannot_be_parsed_changes_nothing() {
    let mut set = set(&[("main", r#"{{ template "a" }}{{ define "a" }}old{{ end }}"#, 0)]);
    assert!(set.parse("more", br#"{{ define "a" }}new{{ end }}{{ end }}"#, 0).is_err());
    assert_eq!(execute(&mut set, &mut Budget::default()).unwrap(), "old");
}

#[test]
fn functions_see_whose_definitions_are_executing() {
    let texts = [
        (
            "parent",
            r#"{{ define "show" }}{{ owners }}{{ end }}{{ define "through" }}{{ include "show" . }}{{ end }}"#,
            1,
        ),
        (
            "child",
            r#"{{ define "child" }}{{ owners }}{{ template "show" }}{{ tpl `{{ owners }}` . }}{{ end }}"#,
            2,
        ),
        (
            "main",
            r#"{{ owners }} {{ template "show" }} {{ include "through" . }} {{ template "child" . }} {{ owners }}"#,
            7,
        ),
    ];
    assert_eq!(run(&texts), "[7] [7, 1] [7, 1, 1] [7, 2][7, 2, 1][7, 2, 2] [7]");
}

#[test]
fn a_text_and_what_it_defines_belong_to_the_owner_that_the_function_names() {
    let texts = [
        ("lib", r#"{{ define "run" }}{{ tpl . 0 }}{{ end }}"#, 3),
        (
            "main",
            r#"{{ include "run" `{{ define "mine" }}{{ owners }}{{ end }}{{ owners }}{{ template "mine" }}` }}"#,
            5,
        ),
    ];
    // Here the function names whoever calls it.
    assert_eq!(run(&texts), "[5, 3, 3][5, 3, 3, 3]");
    // The same text, executed by both, is each one's own.
    let both = [
        ("lib", r#"{{ define "run" }}{{ tpl . 0 }}{{ end }}"#, 3),
        (
            "main",
            r#"{{ $text := `{{ owners }}` }}{{ include "run" $text }}{{ tpl $text 0 }}{{ include "run" $text }}"#,
            5,
        ),
    ];
    assert_eq!(run(&both), "[5, 3, 3][5, 5][5, 3, 3]");
}

#[test]
fn a_definition_belongs_to_who_defined_it_last() {
    let texts = [
        ("a", r#"{{ define "x" }}{{ owners }}{{ end }}"#, 1),
        ("b", r#"{{ define "x" }}{{ owners }}!{{ end }}"#, 2),
        ("c", r#"{{ define "x" }} {{ end }}"#, 3),
        ("main", r#"{{ template "x" }}"#, 0),
    ];
    assert_eq!(run(&texts), "[0, 2]!");
}

#[test]
fn functions_reach_the_host_and_know_where_they_stand() {
    assert_eq!(
        run(&[("main", "{{ count }}{{ count }}{{ include \"more\" . }}", 0), ("more", "{{ count }}", 0)]),
        "123"
    );
    assert_eq!(
        run(&[("main", "\n\n  {{ define \"a\" }}\n {{ place }}{{ end }}{{ template \"a\" }}", 0)]),
        "\n\n  \n main:4:4 a"
    );
}

/// Writes down what it is told, with how deep it is.
struct Notes {
    lines: Rc<std::cell::RefCell<Vec<String>>>,
    depth: usize,
}

impl Watch for Notes {
    fn enter(&mut self, passage: Passage<'_>) {
        let shown = match passage {
            Passage::Definition { name, file } => {
                format!("{} of {}", String::from_utf8_lossy(name), String::from_utf8_lossy(file))
            }
            Passage::Function(name) => format!("{name}()"),
            Passage::Parse => "parse".to_owned(),
            Passage::Step(name) => name.to_owned(),
        };
        self.lines.borrow_mut().push(format!("{}{shown}", "  ".repeat(self.depth)));
        self.depth += 1;
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }
}

#[test]
fn one_who_watches_is_told_what_is_executed_also_when_it_fails() {
    let lines = Rc::default();
    let mut set = Set::new("set", Rc::new(functions()), MissingKey::Default);
    set.parse("helpers", br#"{{ define "a" }}{{ print (len "x") }}{{ end }}"#, 0).unwrap();
    let text = br#"{{ if and true (include "a" .) }}{{ tpl "{{ 1 }}" . }}{{ tpl "{{ 1 }}" . }}{{ template "a" }}{{ index 1 2 }}{{ end }}"#;
    set.parse("main", text, 0).unwrap();
    set.watch(Some(Box::new(Notes { lines: Rc::clone(&lines), depth: 0 })));
    let result = set.execute("main", &Value::Nil, &mut Vec::new(), &mut (), &mut Budget::default());
    assert!(result.is_err());
    let told = lines.borrow().join("\n");
    let expected = "main of main
  include()
    a of helpers
      len()
      print()
  tpl()
    parse
    set of set
  tpl()
    set of set
  a of helpers
    len()
    print()
  index()";
    assert_eq!(told, expected);

    // Everything that began has ended: what comes next is not within it.
    lines.borrow_mut().clear();
    set.execute("a", &Value::Nil, &mut Vec::new(), &mut (), &mut Budget::default()).unwrap();
    assert_eq!(lines.borrow()[0], "a of helpers");
    set.watch(None);
    set.execute("a", &Value::Nil, &mut Vec::new(), &mut (), &mut Budget::default()).unwrap();
    assert_eq!(lines.borrow().len(), 3);
}
