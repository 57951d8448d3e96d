package main

// smallChart is a chart whose one template says all of its values.
var smallChart = map[string]string{
	"c/Chart.yaml":       "apiVersion: v2\nname: c\nversion: 0.1.0\n",
	"c/templates/a.yaml": "values: {{ toJson .Values }}\nrelease: {{ .Release.Name }}\n",
	"c/templates/b.yaml": "b: {{ .Release.Namespace }}\nv: {{ .Capabilities.APIVersions.Has \"x/v1\" }}\n",
	"a.yaml":             "a: 1\n",
	"b.yaml":             "b: 2\n",
	"a,b.yaml":           "ab: 3\n",
	"q\"q.yaml":          "q: 4\n",
}

// suiteFlags asks how flags are written, and what is said of those that are written wrong.
func suiteFlags() {
	t := newTopic("cli", "flags")
	commandLines(t, nil, nil, `
		env HELM_NAMESPACE --namespace=a
		env HELM_NAMESPACE --namespace a
		env --namespace a HELM_NAMESPACE
		env HELM_NAMESPACE -n a
		env HELM_NAMESPACE -na
		env HELM_NAMESPACE -n=a
		env HELM_NAMESPACE -n=
		env HELM_NAMESPACE -n ''
		env HELM_NAMESPACE --namespace=
		env HELM_NAMESPACE --namespace==a
		env HELM_NAMESPACE -n a -n b
		env HELM_NAMESPACE -n --debug
		env HELM_NAMESPACE -n -- x
		env HELM_NAMESPACE -n
		env HELM_NAMESPACE --namespace
		-n a env HELM_NAMESPACE
		-na env HELM_NAMESPACE
		-n=a env HELM_NAMESPACE
		--namespace=a env HELM_NAMESPACE
		--namespace a env HELM_NAMESPACE
		--debug env HELM_DEBUG
		env --debug HELM_DEBUG
		env HELM_DEBUG --debug=false
		env HELM_DEBUG --debug=t
		env HELM_DEBUG --debug=T
		env HELM_DEBUG --debug=1
		env HELM_DEBUG --debug=yes
		env HELM_DEBUG --debug=
		env HELM_DEBUG --debug false
		env HELM_KUBEASGROUPS --kube-as-group a --kube-as-group b,c
		env HELM_KUBEASGROUPS --kube-as-group=
		env HELM_BURST_LIMIT --burst-limit=0x10
		env HELM_BURST_LIMIT --burst-limit=0b11
		env HELM_BURST_LIMIT --burst-limit=0o17
		env HELM_BURST_LIMIT --burst-limit=017
		env HELM_BURST_LIMIT --burst-limit=1_000
		env HELM_BURST_LIMIT --burst-limit=_1
		env HELM_BURST_LIMIT --burst-limit=1__0
		env HELM_BURST_LIMIT --burst-limit=0_8
		env HELM_BURST_LIMIT --burst-limit=-1
		env HELM_BURST_LIMIT --burst-limit=+5
		env HELM_BURST_LIMIT --burst-limit -5
		env HELM_BURST_LIMIT --burst-limit=x
		env HELM_BURST_LIMIT --burst-limit=
		env HELM_BURST_LIMIT --burst-limit=9223372036854775808
		env HELM_BURST_LIMIT --burst-limit=-9223372036854775808
		env HELM_BURST_LIMIT --burst-limit=1.5
		env HELM_QPS --qps=1.5
		env HELM_QPS --qps=1e3
		env HELM_QPS --qps=.5
		env HELM_QPS --qps=5.
		env HELM_QPS --qps=+1
		env HELM_QPS --qps=-0
		env HELM_QPS --qps=x
		env HELM_QPS --qps=
		env HELM_QPS --qps=nan
		env HELM_QPS --qps=Inf
		env HELM_QPS --qps=-infinity
		env HELM_QPS --qps=1e39
		env HELM_QPS --qps=1e-50
		env HELM_QPS --qps=0x1p-2
		env HELM_QPS --qps=0x10
		env HELM_QPS --qps=1_0
		env HELM_QPS --qps=0x_1p4
		env HELM_QPS --qps=1.005
		env HELM_QPS --qps=16777217
		env HELM_BIN --bogus
		env HELM_BIN --bogus=1
		env HELM_BIN --bogus 1
		env -x HELM_BIN
		env -xn HELM_BIN
		env -nx -y HELM_BIN
		env -
		env -- HELM_NAMESPACE -n
		env -- HELM_NAMESPACE
		env --- HELM_NAMESPACE
		env --=x
		env ---x
		env -=x
		env -=
		env -é
		env --é=1
		env --Namespace=x
		env --name=x
		env HELM_NAMESPACE -h=false
		env HELM_NAMESPACE -h=x
		env HELM_NAMESPACE --help=x
		env --color
		env HELM_BIN --color=never
		env HELM_BIN --color=sometimes
		env HELM_BIN --colour=always --color=never
		env HELM_BIN --colour sometimes
		env HELM_BIN --color ''
		env HELM_BIN --color=NEVER
		--color=bad --help
		-- --color=bad
		version --short --color=auto -- --color=bad
		bogus --color=bad
		--help --color=bad
		version --qps=x --color=bad
		version -h --color=bad
		version --bogus --color=bad
		version --bogus x --color=bad
		version --set --color bad
		version --set --color --short bad
		version -z --color=bad
		version -zn --color=bad
		version -nz --color=bad
		version -n --color=bad --short
		version -hn --color=bad
		version --color=bad --color=never --short
		version --color=never --colour=bad
		version --colour=bad --color=never --short
		version --debug --color=bad
		version --debug=x --color=bad
		version --color bad --qps=x
		version -z=1 --color=bad
		version -z= --color=bad
		version --v x --color=bad
		version --v=2 --color=bad
		version --kubeconfig --color c --short
		version --color
		version --=a --color=bad
		version ---a --color=bad
		version - --color=bad
		version -test.v --short
		version --test.v --short
		version -test.run x --short
		-test.v version --short
		version -test
		env -test.x HELM_NAMESPACE
		env HELM_NAMESPACE -ntest.v
		- version --short
		-= version --short
		-= version
		-p version
		version - --short
		- bogus
		-- - version
		version --short=true
		version --short=false
		version --short=maybe
		version -s
		version -c
		version --client
		version -- --short
		version --short --
		version --short -- x
		version x --short
		--short version
		version --template
		version --template {{.GoVersion}}{{.Version}}
		version --template={{.Version}} --short
		version --template= --short
		version --v=3 --short
		version -v 3 --short
		version -v3 --short
		version -v --short
		version --v=x
		version -v x
		version -v=-1
		version -v=99999999999
		version --logtostderr --short
		version --logtostderr=false --short
		version --logtostderr=x
		version --skip_headers --short
		version --skip-headers --short
		version --stderrthreshold=INFO --short
		version --stderrthreshold=warning --short
		version --stderrthreshold=1 --short
		version --stderrthreshold=foo --short
		version --stderrthreshold= --short
		version --vmodule=a=1 --short
		version --vmodule=a --short
		version --vmodule=a=x --short
		version --vmodule=a=1,b --short
		version --vmodule= --short
		version --log-backtrace-at=x --short
		version --log-backtrace-at=a.go:1 --short
		version --log-backtrace-at=a.go:0 --short
		version --log-backtrace-at=a.go:x --short
		version --log-backtrace-at= --short
		version --log-file-max-size=x --short
		version --log-file-max-size=-1 --short
		version --log-file-max-size=99999999999999999999 --short
		version --one-output=maybe
		version --alsologtostderrthreshold=3 --short
		version --legacy-stderr-threshold-behavior=x
	`)
	c := newTopic("cli", "flags-of-commands")
	commandLines(c, smallChart, nil, `
		template c --set a=1,b=2
		template c --set a=1 --set=b=2 --set a=3
		template --set a=1 c
		template r c --set-string=a=1 --set-json=b={"x":[1]}
		template c --set-literal a=1,2 --set-file b=a.yaml
		template c -f a.yaml,b.yaml
		template c -f a.yaml --values b.yaml
		template c --values=a.yaml -fb.yaml
		template c -f "a,b.yaml"
		template c -f "a.yaml","a,b.yaml"
		template c -f a"b
		template c -f "a
		template c -f "a"b
		template c -f a.yaml,
		template c -f ''
		template c -f=
		template c -f
		template c -f "q""q.yaml"
		template c --set
		template c --set=
		template c --dry-run
		template --dry-run c
		template c --dry-run=client
		template c --dry-run=none
		template c --dry-run=foo
		template c --dry-run=true
		template c --dry-run=False
		template c --dry-run=
		template c --dry-run client
		template c --validate --dry-run
		template c --force --force-conflicts
		template c --force-replace --force-conflicts
		template c --force-replace
		template c --force
		template c --atomic
		template c --wait
		template c --wait=watcher
		template c --wait=legacy
		template c --wait=hookOnly
		template c --wait=true
		template c --wait=false
		template c --wait=x
		template c --wait=
		template c --wait --wait=true
		template c --timeout 5
		template c --timeout 5s
		template c --timeout=1h2m3.5s
		template c --timeout=
		template c --timeout=-1s
		template c --timeout=x
		template c --timeout=9999999999h
		template c --labels a
		template c --labels a=b,c=d
		template c -l a=b=c
		template c --labels a=b,c
		template c --labels "a=b
		template c --labels=
		template c --post-renderer x
		template c --post-renderer=
		template c --post-renderer x --post-renderer y
		template c --post-renderer-args a
		template c -a x/v1
		template c -a=y,x/v1
		template c --api-versions y --api-versions x/v1
		template c -s templates/a.yaml
		template c -s templates/a.yaml,templates/b.yaml
		template c -stemplates/b.yaml -s=templates/a.yaml
		template c --show-only
		template c -g
		template -g c
		template -gn x c
		template -gx c
		template -gf a.yaml c
		template c --server-side
		template c --server-side=maybe
		template c --server-side=false
		template r c --name-template=x
		template c --name-template=x
		template c -- --set a=1
		template -- c
		template -- r c
		template r -n ns -- c
		-n ns template c
		--kube-version 1.20 template c
		template c --kube-version
		template c --output yaml
		template c -o yaml
		show chart c --bogus
		show chart --devel c
		show chart c --version
		show chart c --verify=x
		show chart --verify=0 c
		inspect chart c
		show chart c -- -x
		show -n x chart c
		-n x show chart c
		show chart --plain-http --insecure-skip-tls-verify c --pass-credentials=false
	`)
	commandLines(c, map[string]string{"values.yaml": "a: 1\n", "x/Chart.yaml": ""}, nil, "create ''\n create .\n create ./x/../x")
	commandLines(c, nil, nil, `
		completion x
		completion bash x
		completion zsh --no-descriptions x
		create
		create a b
		dependency build a b
		dependency list a b
		dependency update a b
		dep up a b
		docs x
		env a b
		get all
		get all a b
		get hooks
		get manifest a b
		get metadata
		get notes a b c
		get values
		history
		hist a b
		install
		lint
		list a
		ls a
		plugin install
		plugin install a b
		plugin add
		plugin package
		plugin verify a b
		pull
		fetch
		push
		push a
		registry login
		registry logout
		repo add a
		repo add a b c
		repo index
		repo index a b
		repo list a
		repo remove
		repo rm
		rollback
		show all
		show chart a b
		show crds
		show readme a b
		show values
		status
		status a b
		template
		test
		test a b
		uninstall
		un
		upgrade
		upgrade a
		upgrade a b c
		verify
		verify a b
		version a
		list -o foo
		list -o=
		list --output
		list -qx
		list -qd=maybe
		list -qrm x
		list -m x
		list --max=99999999999999999999
		list --offset=1.5
		list -l
		list --bogus
		status x -o xml
		status x --revision=x
		status x --revision
		get values x -o foo
		get values x -ax
		get metadata x --revision -
		history x --max=x
		history x -o json -o bad
		install x --timeout 5
		install x --wait=maybe
		install x --labels a
		install x --force-replace --force-conflicts
		install x --force --force-conflicts --force-replace
		install x --server-side=2
		install -gx
		upgrade a b --force --force-conflicts
		upgrade a b --history-max=x
		upgrade a b --post-renderer nope
		template c --dry-run=0
		template c --dry-run=T
		upgrade a b --reuse-values=maybe
		rollback a --force-replace --force-conflicts
		rollback a --force --force-conflicts
		rollback a --timeout
		rollback a --wait=no
		uninstall a --wait=no
		uninstall a --cascade
		uninstall a --timeout=5x
		test a --filter
		test a --timeout 5
		test a --logs=x
		lint c --strict=x
		lint c -f "x
		lint c --kube-version
		package c --sign=x
		package c -d
		package c --bogus
		package c -u=x
		dependency list --max-col-width=-1
		dependency list --max-col-width x
		dependency list --max-col-width=18446744073709551616
		dependency update --skip-refresh=x
		dependency build --keyring
		pull a --untar=x
		pull a -d
		push a b --plain-http=x
		repo add a b --timeout 5
		repo add a b --force-update=x
		repo list -o x
		repo update --timeout 1
		repo index . --json=x
		search hub -o x
		search hub --max-col-width=x
		search repo -r=x
		search repo --versions=x
		registry login h --insecure=x
		registry login h -u
		plugin install x --verify=x
		plugin package x --sign=x
		plugin list --type
		verify x --keyring
		docs --type
		docs --generate-headers=x
		docs --bogus
		create x --starter
		create x -p
		create x --chart-api-version
	`)
}
