use super::*;
use crate::audit::Time;
use crate::grants::Profile;

fn guard() -> Guard {
    Guard::new(Policy::builder().profile(Profile::Strict).flag("chart:shop random").unwrap().build())
}

#[test]
fn every_question_leaves_one_record() {
    let mut guard = guard();
    let shop = Actor::chart("shop");
    let permit = guard.check(&[&shop], Question::random("uuidv4")).unwrap();
    assert_eq!(permit.question(), &Question::random("uuidv4"));
    assert!(guard.check(&[&shop], Question::clock("now")).is_err());
    let lines: Vec<String> = guard.take_records().iter().map(Record::to_json).collect();
    assert_eq!(
        lines,
        [
            r#"{"actor":"chart:shop","capability":"random","scope":"uuidv4","outcome":"allowed","by":"--grant 'chart:shop random'"}"#,
            r#"{"actor":"chart:shop","capability":"clock","scope":"now","outcome":"denied","lacking":"chart:shop","why":"chart:shop may not use clock (now): not granted under profile strict"}"#,
        ]
    );
    assert!(guard.records().is_empty());
}

#[test]
fn the_caller_stamps_the_last_record() {
    let mut guard = guard();
    let shop = Actor::chart("shop");
    let _permit = guard.check(&[&shop], Question::random("uuidv4")).unwrap();
    guard.last_record_mut().unwrap().time = Some(Time { seconds: 0, nanos: 0 });
    assert!(guard.records()[0].to_json().starts_with(r#"{"time":"1970-01-01T00:00:00.000000000Z","#));
}

#[test]
fn the_record_keeps_everybody_who_asked_once() {
    let mut guard = guard();
    let (shop, redis) = (Actor::chart("shop"), Actor::chart("shop").subchart("redis"));
    let _denial = guard.check(&[&shop, &redis, &shop, &redis], Question::clock("now"));
    assert_eq!(guard.records()[0].stack, [shop, redis]);
}

#[test]
fn what_cannot_be_recorded_does_not_happen() {
    let mut guard = guard();
    let shop = Actor::chart("shop");
    let _permit = guard.check(&[&shop], Question::random("uuidv4")).unwrap();
    let record = guard.records[0].clone();
    guard.records.resize(MOST_RECORDS, record);
    let denial = guard.check(&[&shop], Question::random("uuidv4")).unwrap_err();
    assert!(denial.to_string().ends_with("the audit list is full"));
    guard.take_records();
    assert!(guard.check(&[&shop], Question::random("uuidv4")).is_ok());
}

#[test]
fn what_is_done_ahead_is_allowed_to_all_or_to_nobody() {
    let mut guard = guard();
    let (shop, redis) = (Actor::chart("shop"), Actor::chart("shop").subchart("redis"));
    let question = || Question::random("uuidv4");
    assert_eq!(guard.ahead([&shop], question()).unwrap().question(), &question());
    assert!(guard.ahead([&shop, &redis], question()).is_none());
    assert!(guard.ahead([&shop], Question::clock("now")).is_none());
    assert!(guard.records().is_empty() && guard.has_room(MOST_RECORDS));
    let _permit = guard.check(&[&shop], question()).unwrap();
    assert!(guard.has_room(MOST_RECORDS - 1) && !guard.has_room(MOST_RECORDS));
}

#[test]
fn of_a_question_that_is_too_long_not_all_is_kept() {
    let mut guard = Guard::default();
    let shop = Actor::chart("shop");
    let long = "\u{e4}".repeat(1 << 20);
    let question = |name: &str| Question::ResolveHost { name: name.to_owned() };
    let denial = guard.check(&[&shop], question(&long)).unwrap_err();
    assert!(denial.to_string().ends_with("the question is too long"), "{denial}");
    assert!(denial.question().scope_text().len() < 10_000);
    assert!(guard.records()[0].kept_bytes() < 20_000);
    // What is just short enough is kept whole.
    let short = "x".repeat(crate::pattern::LONGEST_TEXT);
    let denial = guard.check(&[&shop], question(&short)).unwrap_err();
    assert!(!denial.to_string().contains("too long"), "{denial}");
    assert_eq!(denial.question().scope_text(), short);
}
