package main

// Manifests, hooks and notes: what becomes of the rendered files.

// notes of subcharts are asked for with this op.
const subchartNotes = "subchart-notes"

func releases(t *topic, values string, files map[string]string, ops ...string) {
	c := Case{Kind: "release", Files: files}
	if values != "" {
		c.Values = []byte(values)
	}
	for _, op := range append(ops, "") {
		c.Op = op
		t.add(c)
	}
}

func manifest(kind, name, annotations string) string {
	out := "apiVersion: v1\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n"
	if annotations != "" {
		out += "  annotations:\n    " + annotations + "\n"
	}
	return out
}

func templateReleases() {
	t := newTopic("template", "manifests")
	one := func(text string) map[string]string { return map[string]string{"templates/a.yaml": text} }
	a, b := manifest("ConfigMap", "a", ""), manifest("ConfigMap", "b", "")
	for _, text := range []string{
		a, a + "---\n" + b, "---\n" + a, a + "---\n", a + "---", "---\n---\n" + a, "\n\n" + a + "\n\n", "  ", "", "# comment\n", "---\n# comment\n---\n" + a, a + "--- \n" + b, a + "--- # note\n" + b, a + "---" + b, a + "----\n" + b, " ---\n" + a, a + "\r\n---\r\n" + b, "{{- if false }}\n" + a + "{{- end }}", "{{ if true }}\n" + a + "{{ end }}\n", a + "\t\n---\t\n" + b, a + "data:\n  x: |\n    ---\n", a + "data:\n  x: |-\n---\n" + b, "--- a\n" + a, a + "...\n" + b, "- a\n- b\n", "text", "5", "a: b: c", "{", "\tx: 1", "kind: ConfigMap\n", "kind: [1]\n", "metadata: 5\n", "metadata: {annotations: [1]}\n", "metadata: {annotations: {a: 1}}\n", "metadata: {annotations: {a: null}}\n", "metadata: {name: 5}\n", "metadata: {name: {x: 1}}\n", "apiVersion: 1\nkind: X\n", "kind: 5\n", "null\n", "~", "kind: X\nkind: Y\n", "a: &x 1\nb: *x\n", "a: *nope\n", "{{ .Values.nope.x.y }}", "KIND: X\n", "Kind: ConfigMap\nmetadata: {name: x}\n", "a: .inf\n", "\ufeff" + a,
	} {
		releases(t, "", one(text))
		releases(t, "", map[string]string{"templates/a.yaml": text, "templates/b.yaml": b})
	}
	all := map[string]string{}
	for i, kind := range []string{"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService", "Ingress", "IngressClass", "CronJob", "Job", "StatefulSet", "HorizontalPodAutoscaler", "Deployment", "ReplicaSet", "ReplicationController", "Pod", "DaemonSet", "Service", "RoleBindingList", "RoleBinding", "RoleList", "Role", "ClusterRoleBindingList", "ClusterRoleBinding", "ClusterRoleList", "ClusterRole", "CustomResourceDefinition", "PersistentVolumeClaim", "PersistentVolume", "StorageClass", "ConfigMap", "SecretList", "Secret", "ServiceAccount", "PodDisruptionBudget", "PodSecurityPolicy", "LimitRange", "ResourceQuota", "NetworkPolicy", "Namespace", "PriorityClass", "Unknown", "Another", "deployment", ""} {
		all["templates/"+string(rune('a'+i%26))+string(rune('a'+i/26))+".yaml"] = manifest(kind, "x", "")
	}
	releases(t, "", all)
	releases(t, "", one(manifest("Zed", "z", "")+"---\n"+manifest("Alpha", "y", "")+"---\n"+manifest("Pod", "x", "")+"---\n"+manifest("Zed", "a", "")+"---\n"+manifest("Namespace", "n", "")))
	releases(t, "", map[string]string{"templates/b.yaml": a, "templates/a.yaml": b, "templates/sub/c.yaml": manifest("ConfigMap", "c", ""), "templates/_p.yaml": manifest("ConfigMap", "p", ""), "templates/x.txt": manifest("ConfigMap", "txt", ""), "templates/y.tpl": manifest("ConfigMap", "tpl", ""), "templates/z.json": `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}`})
	releases(t, "", tree(map[string]string{"templates/a.yaml": a, "charts/s/templates/x.yaml": b, "charts/s/charts/u/templates/u.yaml": manifest("ConfigMap", "u", "")}))
	releases(t, "", map[string]string{"crds/x.yaml": "kind: CRD\n", "templates/a.yaml": a})
	for _, version := range []string{">=1.20", "<1.0", ">=1.20.0-0", "bad", "1.x", "^1.30 || ~1.20", ""} {
		releases(t, "", map[string]string{"Chart.yaml": parentChart + "kubeVersion: '" + version + "'\n", "templates/a.yaml": a})
	}
	releases(t, "", map[string]string{"Chart.yaml": parentChart + "type: library\n", "templates/a.yaml": a})

	t = newTopic("template", "hooks")
	for _, words := range []string{"pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade", "pre-rollback", "post-rollback", "test", "test-success", "test-failure", "crd-install", "pre-install,post-install", " pre-install , Post-Upgrade ", "PRE-INSTALL", "pre-install,", ",", "", "nope", "pre-install,nope", "pre-install,pre-install", "pre install", "pre-install post-install", "test,test-success"} {
		releases(t, "", map[string]string{"templates/a.yaml": manifest("Job", "h", `"helm.sh/hook": "`+words+`"`), "templates/b.yaml": b})
	}
	for _, rest := range []string{`"helm.sh/hook-weight": "5"`, `"helm.sh/hook-weight": "-5"`, `"helm.sh/hook-weight": " 5"`, `"helm.sh/hook-weight": "+5"`, `"helm.sh/hook-weight": "0x5"`, `"helm.sh/hook-weight": "x"`, `"helm.sh/hook-weight": ""`, `"helm.sh/hook-weight": 5`, `"helm.sh/hook-weight": 5.0`, `"helm.sh/hook-weight": "1.5"`, `"helm.sh/hook-weight": "99999999999999999999"`, `"helm.sh/hook-weight": "1_0"`, `"helm.sh/hook-weight": "007"`, `"helm.sh/hook-delete-policy": hook-succeeded`, `"helm.sh/hook-delete-policy": hook-succeeded,hook-failed`, `"helm.sh/hook-delete-policy": " Before-Hook-Creation , HOOK-FAILED "`, `"helm.sh/hook-delete-policy": nope`, `"helm.sh/hook-delete-policy": ""`, `"helm.sh/hook-output-log-policy": hook-failed`, `"helm.sh/hook-output-log-policy": "hook-failed, hook-succeeded"`, `"helm.sh/hook-output-log-policy": Nope`, `"helm.sh/resource-policy": keep`, `"other": 5`, `"other": null`, `"helm.sh/hook": test`} {
		releases(t, "", map[string]string{"templates/a.yaml": manifest("Job", "h", `"helm.sh/hook": pre-install`+"\n    "+rest)})
	}
	order := map[string]string{}
	for i, kind := range []string{"Job", "Pod", "Secret", "ConfigMap", "Unknown", "Namespace", "Job"} {
		order["templates/"+string(rune('a'+i))+".yaml"] = manifest(kind, "h"+string(rune('z'-i)), `"helm.sh/hook": pre-install`+"\n    \"helm.sh/hook-weight\": \""+[]string{"5", "0", "-1", "5", "1", "9", "0"}[i]+`"`)
	}
	releases(t, "", order)
	releases(t, "", map[string]string{"templates/a.yaml": a + "---\n" + manifest("Job", "h", `"helm.sh/hook": test`) + "---\n" + b})
	releases(t, "", map[string]string{"templates/tests/t.yaml": manifest("Pod", "t", `"helm.sh/hook": test`), "templates/a.yaml": a})
	releases(t, "", map[string]string{"templates/a.yaml": "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: pre-install\n"})
	releases(t, "", map[string]string{"templates/a.yaml": "metadata: {annotations: {helm.sh/hook: pre-install}}\n"})
	releases(t, "", map[string]string{"templates/a.yaml": "kind: List\nitems:\n- metadata: {annotations: {helm.sh/hook: pre-install}}\n"})
	releases(t, "", map[string]string{"templates/a.yaml": manifest("Job", "{{ .Release.Name }}", `"helm.sh/hook": {{ .Values.h | default "post-install" }}`)})
	releases(t, `{"h":"pre-delete"}`, map[string]string{"templates/a.yaml": manifest("Job", "{{ .Release.Name }}", `"helm.sh/hook": {{ .Values.h | default "post-install" }}`)})
	releases(t, "", tree(map[string]string{"charts/s/templates/x.yaml": manifest("Job", "sub", `"helm.sh/hook": post-install`), "templates/j.yaml": manifest("Job", "own", `"helm.sh/hook": post-install`)}))

	t = newTopic("template", "notes")
	for _, files := range []map[string]string{
		{"templates/NOTES.txt": "Installed {{ .Release.Name }} of {{ .Chart.Name }} {{ .Chart.Version }}\n"}, {"templates/NOTES.txt": ""}, {"templates/NOTES.txt": "\n\n  text  \n\n"}, {"templates/NOTES.txt": "{{ .Values.nope }}|{{ .Template.Name }}"}, {"templates/FOONOTES.txt": "foo"}, {"templates/FOONOTES.txt": "foo", "templates/NOTES.txt": "own"}, {"templates/sub/NOTES.txt": "sub"}, {"templates/notes.txt": "apiVersion: v1\n"}, {"templates/NOTES.TXT": "apiVersion: v1\n"}, {"templates/NOTES.txt.tpl": "apiVersion: v1\n"}, {"templates/_NOTES.txt": "partial"}, {"templates/NOTES.txt": "{{ fail \"in notes\" }}"}, {"templates/NOTES.txt": "{{ include \"n\" . }}", "templates/_h.tpl": "{{ define \"n\" }}from partial{{ end }}"}, {"templates/NOTES.txt": "a: b: c"}, {"NOTES.txt": "not a template"}, {"templates/NOTES.txt": "{{ range $i := until 2 }}{{ $i }}\n{{ end }}"}, {"templates/NOTES.txt": "own", "charts/s/Chart.yaml": subchart("s"), "charts/s/templates/NOTES.txt": "of s {{ .Chart.Name }}"}, {"charts/s/Chart.yaml": subchart("s"), "charts/s/templates/NOTES.txt": "of s only"}, {"templates/NOTES.txt": "", "charts/s/Chart.yaml": subchart("s"), "charts/s/templates/NOTES.txt": "of s, own empty"}, {"templates/NOTES.txt": "é 世\t<no value>"}, {"charts/lib/Chart.yaml": subchart("lib") + "type: library\n", "charts/lib/templates/NOTES.txt": "of lib", "templates/NOTES.txt": "own"},
	} {
		releases(t, "", files, subchartNotes)
	}
}
