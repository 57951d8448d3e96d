//! Originals that few charts have.

use super::Kind;

/// Texts by what they are mutated for.
pub const ORIGINALS: &[(Kind, &str)] = &[
    (
        Kind::Schema,
        r##"{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["image"],"properties":{"image":{"$ref":"#/definitions/image"},"replicas":{"type":"integer","minimum":1,"maximum":9},"list":{"type":"array","items":{"type":"string","pattern":"^[a-z]+$"},"uniqueItems":true}},"definitions":{"image":{"type":"object","properties":{"tag":{"type":"string","minLength":1}}}},"additionalProperties":true}"##,
    ),
    (
        Kind::Schema,
        r##"{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"a":{"$dynamicAnchor":"n","anyOf":[{"type":"null"},{"$dynamicRef":"#n"}]}},"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"not":{"required":["b"]}},"dependentRequired":{"a":["b"]},"unevaluatedProperties":false,"patternProperties":{"^x-":{"format":"date-time"}}}"##,
    ),
    (
        Kind::Schema,
        r##"{"oneOf":[{"$ref":"#/oneOf/1"},{"$ref":"#"}],"allOf":[{"multipleOf":0.01}],"propertyNames":{"maxLength":5},"contains":{"type":"number"}}"##,
    ),
    (
        Kind::Ignore,
        "# comment\n*.tmp\n!keep.tmp\n/build/\ntemplates/tests/\n?at\n[a-c]*.md\n\\#x\n*.py[co]\n",
    ),
    (Kind::Ignore, ".git/\n.*\n/*.txt\nfoo/bar/*.yaml\n*/x\n"),
    (Kind::Ignore, "\u{feff}ab[^c]d\r\n\n   \n/\n//\n*/*/*/*\n"),
    (
        Kind::ChartFile,
        "apiVersion: v2\nname: c\nversion: 1.2.3-a.1+b\ndescription: |\n  text\ntype: application\nkubeVersion: \">=1.20.0-0\"\nappVersion: \"1\"\nkeywords: [a, b]\nhome: https://example.com\nsources:\n- https://example.com/a\nmaintainers:\n- name: n\n  email: n@example.com\n  url: https://example.com\nicon: https://example.com/i.svg\ndeprecated: false\nannotations:\n  a/b: c\ndependencies:\n- name: d\n  version: ~1\n  repository: https://example.com/charts\n  condition: d.enabled,global.d\n  tags: [x]\n  alias: e\n  import-values:\n  - data\n  - child: a\n    parent: b\n",
    ),
    (Kind::ChartFile, "apiVersion: v1\nname: c\nversion: 0.1.0\nengine: gotpl\ntillerVersion: \">2\"\n"),
];
