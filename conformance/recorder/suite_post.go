package main

import (
	"math/rand"
	"strings"
)

// notedDocuments have comments, styles and shapes that a post-renderer's stream must keep.
var notedDocuments = []string{
	"a: {b: 1, # x\n  c: 2}\n", "a: [1, 2, # two\n  3\n  # foot\n  ]\n", "a: &x\n  b: 1\nc: *x\nd: [*x, *x]\n", "a # k\n: b\n",
	"a: # la\n- b # lb\n# f\n\n- d\n", "k: >\n  folded\n  text\n\n  more\n   indented\n\n# c\nl: |2-\n    x\nm: |+\n  y\n\nn: >-\n  z\n",
	"a: !!str 5\nb: !foo {x: y}\nc: ! 5\nd: !<x:y z> e\nf: !!binary aGk=\n", "? complex\n: value\n? [a, b]\n: x\n? {c: d}\n: y\n",
	"a:\n# x\n- b\n# y\n\n# z\n- c\n", "a: 'it''s'\nb: \"q\\n\\u263a\\x01\"\nc: plain text\n  continued\n\n  para\nd: \"\"\ne: ''\nf:\n",
	"a:\n  b:\n    c: d\n  # dedent\n# more\n\n# doc\ne: f\n", "seq:\n- - a\n  - b\n-\n  - c\n- {}\n- []\n- ''\n- ~\n-\n- ? x\n  : y\n",
	"#h\n\n#h2\na: 1 #l\n#f\n\n#ff\n", "a: {}\n# foot\n", "<<: {a: 1}\nb: {<<: *c}\n", "b: &c {x: 1}\nd:\n  <<: *c\n",
	"- # about the map\n  a: b\n- # about the list\n  - c\n", "-\n# head\n - a\n", "a: b\n...\n# behind\n", "# only\n", "null\n", "~ # nothing\n", "text\n", "[a, b]\n", "- a\n", "5\n",
	"metadata:\n", "metadata: {}\n", "metadata: x\n", "metadata: [x]\n", "metadata:\n  annotations:\n", "metadata: {annotations: {}}\n", "metadata: {annotations: []}\n", "metadata: {annotations: x}\n", "metadata: {annotations: [x]}\n",
	"metadata: &m {name: x}\nother: *m\n", "other: &m {name: x}\nmetadata: *m\n", "metadata:\n  # a\n  name: x # b\n  annotations: # c\n    # d\n    k: v # e\n  # f\n",
	"metadata:\n  annotations: {config.kubernetes.io/index: '5', config.kubernetes.io/path: a.yaml}\n", "metadata:\n  annotations:\n    internal.config.kubernetes.io/path: b\n    config.k8s.io/id: '1'\n",
	"metadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: mine\n", "metadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: \"mine\" # why\n    postrenderer.helm.sh/postrender-filename: again\n",
	"kind: List\nitems:\n- a: b # c\n- kind: X\n# f\n", "kind: List\nitems: []\n", "kind: List\nitems:\n", "kind: List\nitems: {a: {b: c}}\n", "kind: List\nitems: [{a: b}, {kind: Y}]\n", "kind: List\nitems: [a]\n", "kind: List\n", "kind: ResourceList\nfunctionConfig: {a: b}\n", "kind: PodList\nitems: [{a: b}]\n",
	"apiVersion: v1\nkind: List\nitems:\n- kind: A\n---\nkind: B\n", "kind: List\nmetadata: {annotations: {a: b}}\nitems: [{kind: A, metadata: {name: x}}]\n",
	"\ta: b\n", "a: b: c\n", "a: [b\n", "a: *x\n", "a: \"b\n", "a: 'b\n# c\n", "a:\n - b\n  - c\n", "{a: b\n", "a: b\n c: d\n", "a: |\n  x\n y\n", "%YAML 1.2\n---\na: b\n", "%TAG ! tag:x,2:\n---\na: !y z\n", "a: !x!y z\n", "a: b\n--- c\nd: e\n", "a: b\n---# c\nd: e\n", "---a: b\n", "a: b\n--- # c\nd: e\n", "a: b\n---\n---\n\nc: d\n--- \t\ne: f\n",
	"a: b\r\nc: d # e\r\n\r\n# f\r\ng: h\r\n", "a: |\r\n  x\r\n  y\r\n", "\ufeffa: b\n", "a: \"\\ud83d\\ude00 \U0001F600\"\nb: \U0001F600\nc: caf\u00e9 # \u00e9\n", "a: b\u0085c: d\n", "a: \"b\\\n  c\"\n",
	"yes: on\n1: 2\nnull: ~\ntrue: 'true'\n2001-01-01: 0x1F\n", "a: - b\n", "a: ? b\n", "a: 'x: y'\nb: x#y\nc: x #y\nd: '#z'\ne: \"- a\"\nf: -a\ng: '?'\nh: '%'\ni: \"@x\"\n", "a: [x: y, {z: w}, 'q: r', 'a,b', \"c]d\", e f]\nb: {x, y: , z: '', ? w : v}\n",
	strings.Repeat("k", 130) + ": long\n'" + strings.Repeat("q", 130) + "': longer\n", "a: " + strings.Repeat("word ", 60) + "\nb: '" + strings.Repeat("quoted ", 60) + "'\nc: \"" + strings.Repeat("double ", 60) + "\"\n",
}

// suitePost asks what becomes of documents on their way to a post-renderer and back.
func suitePost() {
	t := newTopic("post", "documents")
	ask := func(document string) { t.add(Case{Kind: "post-render", In: text(document)}) }
	for _, document := range notedDocuments {
		ask(document)
		ask("apiVersion: v1\nkind: X # x\n" + document)
	}
	t = newTopic("post", "comments")
	r := rand.New(rand.NewSource(5))
	for range 900 {
		var document string
		for range 1 + r.Intn(3) {
			document += notedDocuments[r.Intn(len(notedDocuments))]
		}
		// kyaml hides things in a `null` where a map has a key twice; nobody has seen such a chart.
		if strings.Count(document, "metadata:") < 2 {
			t.add(Case{Kind: "post-render", In: text(withNotes(r, document))})
		}
	}
}

// withNotes puts comments, empty lines and blanks where they may or may not belong.
func withNotes(r *rand.Rand, document string) string {
	pick := func(texts ...string) string { return texts[r.Intn(len(texts))] }
	lines := strings.Split(document, "\n")
	for range r.Intn(7) {
		at := r.Intn(len(lines))
		switch r.Intn(10) {
		case 0, 1, 2, 3, 4:
			note := strings.Repeat(" ", r.Intn(5)*r.Intn(3)) + pick("# one", "#two", "# dr\u00e9i", "#")
			lines = append(lines[:at], append([]string{note}, lines[at:]...)...)
		case 5, 6:
			lines = append(lines[:at], append([]string{pick("", "", "  ")}, lines[at:]...)...)
		case 7, 8:
			lines[at] += pick(" # beside", "  #near")
		default:
			lines[at] = pick("", "  ") + lines[at]
		}
	}
	return strings.Join(lines, "\n")
}
