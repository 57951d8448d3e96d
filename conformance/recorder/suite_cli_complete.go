package main

// completionHome is a home with repositories, indexes, kubeconfigs and a chart or two.
var completionHome = map[string]string{
	"home/.config/helm/repositories.yaml": `apiVersion: ""
generated: "0001-01-01T00:00:00Z"
repositories:
- name: shop
  url: https://shop.example.com/charts
- name: shelf
  url: https://shelf.example.com
- name: nolist
  url: https://nolist.example.com
- name: broken
  url: https://broken.example.com
`,
	"home/.cache/helm/repository/shop-charts.txt": "cart\nredis\nreader\n",
	"home/.cache/helm/repository/shop-index.yaml": `apiVersion: v1
entries:
  redis:
  - {apiVersion: v2, name: redis, version: 0.1.0, appVersion: 1.2.3, created: "2018-06-27T10:00:18.230700509Z", deprecated: true, urls: [r-0.1.0.tgz]}
  - {apiVersion: v2, name: redis, version: 0.2.0, appVersion: 2.3.4, created: "2018-07-09T11:34:37.797864902Z", urls: [r-0.2.0.tgz]}
  - {apiVersion: v2, name: redis, version: 0.10.0, created: "2020-11-12T08:44:58.872726222+05:00", urls: [r.tgz]}
  - {apiVersion: v2, name: redis, version: 0.3.0-rc.1, appVersion: "3", urls: [r.tgz]}
  cart:
  - {apiVersion: v2, name: cart, version: 1.0.0+build, appVersion: 1.0.0, created: "2018-06-27T23:59:59-08:00", urls: [c.tgz]}
generated: "2020-01-01T00:00:00Z"
`,
	"home/.cache/helm/repository/nolist-index.yaml": `apiVersion: v1
entries:
  zebra:
  - {apiVersion: v2, name: zebra, version: 1.0.0, urls: [z.tgz]}
  ape:
  - {apiVersion: v2, name: ape, version: 1.0.0, urls: [a.tgz]}
`,
	"home/.cache/helm/repository/broken-index.yaml": "entries: [",
	"one.yaml":           "apiVersion: v1\nkind: Config\ncontexts:\n- {name: prod, context: {cluster: c1, user: u}}\n",
	"same.yaml":          "apiVersion: v1\nkind: Config\ncontexts:\n- {name: prod, context: {cluster: other}}\n",
	"bare.yaml":          "kind: Config\ncontexts:\n- {name: prod, context: {}}\n",
	"bad.yaml":           "a: [",
	"chart/Chart.yaml":   "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
	"shoppe/Chart.yaml":  "apiVersion: v2\nname: shoppe\nversion: 0.1.0\n",
	"ship.tgz":           "",
	"values.yaml":        "a: 1\n",
	"https-folder/x":     "",
	"plugins/x/data.txt": "",
}

// suiteComplete asks what a shell would ask while a command line is typed.
func suiteComplete() {
	t := newTopic("cli", "complete")
	files := completionHome
	for _, words := range commandWords {
		commandLines(t, nil, nil, "__complete "+words+" ''")
	}
	commandLines(t, files, nil, `
		__complete
		__completeNoDesc
		__complete ''
		__completeNoDesc ''
		__complete s
		__complete sh
		__complete S
		__complete x
		__complete helm
		__complete show
		__complete show v
		__complete inspect ''
		__complete insp
		__complete dep u
		__complete bogus ''
		__complete bogus x ''
		__complete show bogus ''
		__complete get a
		__complete __complete ''
		__complete __complete show ''
		__complete -
		__complete --
		__complete --k
		__complete --kube-
		__complete --kube-context
		__complete --namespace=x -
		__complete -n x --n
		__complete --debug --de
		__complete -h
		__complete -n
		__complete -n ''
		__complete -nx ''
		__complete --namespace ''
		__complete --namespace=
		__complete --help ''
		__complete help ''
		__complete help s
		__complete help show ''
		__complete help show v
		__complete help bogus ''
		__complete help show bogus ''
		__complete help -
		__complete show -
		__complete show values -
		__complete show values --
		__complete show values --d
		__complete show values --devel --de
		__complete show values --jsonpath ''
		__complete show values -h ''
		__complete template -
		__complete template --force --f
		__complete template --force-conflicts --f
		__complete template --set a=b --s
		__complete template --values x --val
		__complete template --atomic --at
		__complete template --wait --w
		__complete template --wait ''
		__complete template --wait=
		__complete template --wait=h
		__complete template --dry-run ''
		__complete template --dry-run=
		__complete template -f ''
		__complete template -f val
		__complete template --values=
		__complete template -gf ''
		__complete template -g ''
		__complete template -g s
		__complete template -g x ''
		__complete template --generate-name=false ''
		__complete template r ''
		__complete template r s
		__complete template r c ''
		__complete template r ./
		__complete template r ./ch
		__complete template r chart/
		__complete template r shop
		__complete template r shop/
		__complete template r shop/r
		__complete template r shop/redis ''
		__complete template r nolist/
		__complete template r shelf/
		__complete template r broken/
		__complete template r other/
		__complete template r h
		__complete template r https
		__complete template r https:
		__complete template r https://
		__complete template r https://x
		__complete template r oci://
		__complete template r oci
		__complete template r f
		__complete template r file://
		__complete template r /
		__complete template r .
		__complete template r --
		__complete template r -- ''
		__complete template -- ''
		__complete template -- -
		__complete template -- r s
		__complete template -- r --
		__complete template r shop/redis --version ''
		__complete template r shop/redis --version 0
		__complete template r shop/redis --version=
		__complete template r shop/redis --version=0.1
		__complete template r shop/cart --version ''
		__complete template r shop/none --version ''
		__complete template r other/x --version ''
		__complete template r broken/x --version ''
		__complete template r chart --version ''
		__complete template r nolist/ape --version ''
		__complete template --version ''
		__complete template r --version ''
		__complete template -g shop/redis --version ''
		__complete template shop/redis -g --version ''
		__complete template shop/redis --version ''
		__completeNoDesc template r shop/redis --version ''
		__completeNoDesc template r ''
		__complete install ''
		__complete install r ''
		__complete install r shop/
		__complete install -g ''
		__complete install r shop/redis --version ''
		__complete install --output ''
		__complete install -o ''
		__complete install -o j
		__complete install -oj
		__complete install -o=
		__complete install --output=
		__complete install --output=ya
		__complete install --output json --o
		__complete install --post-renderer ''
		__complete install --keyring ''
		__complete upgrade ''
		__complete upgrade r ''
		__complete upgrade r s
		__complete upgrade r c ''
		__complete upgrade r shop/redis --version ''
		__complete upgrade shop/redis --version ''
		__complete upgrade --history-max ''
		__complete pull ''
		__complete pull s
		__complete pull shop/
		__complete pull ./
		__complete pull shop/redis ''
		__complete pull shop/redis --version ''
		__complete pull --version ''
		__complete show chart ''
		__complete show chart s
		__complete show chart shop/r
		__complete show chart x ''
		__complete show all shop/redis --version ''
		__complete show all --version ''
		__complete inspect values shop/redis --version ''
		__complete fetch ''
		__complete repo remove ''
		__complete repo remove sh
		__complete repo remove shop ''
		__complete repo remove shop shelf s
		__complete repo rm ''
		__complete repo update ''
		__complete repo update shelf ''
		__complete repo add ''
		__complete repo add x ''
		__complete repo add x y ''
		__complete repo list ''
		__complete repo list -o ''
		__complete repo list --no
		__complete repo index ''
		__complete repo index x ''
		__complete repo ''
		__complete list ''
		__complete list -
		__complete list --
		__complete list -o ''
		__complete list -a
		__complete ls ''
		__complete status ''
		__complete status x ''
		__complete status x --revision ''
		__complete status --revision ''
		__complete status -o ''
		__complete get values ''
		__complete get values x ''
		__complete get values x --revision ''
		__complete get values x y --revision ''
		__complete get values -o ''
		__complete get metadata -o ''
		__complete get all x --revision ''
		__complete get notes --template ''
		__complete history ''
		__complete history x ''
		__complete history -o ''
		__complete rollback ''
		__complete rollback x ''
		__complete rollback x 1 ''
		__complete uninstall ''
		__complete uninstall x ''
		__complete un ''
		__complete test ''
		__complete test x ''
		__complete test --filter ''
		__complete verify ''
		__complete verify x ''
		__complete verify --keyring ''
		__complete create ''
		__complete create x ''
		__complete create -p ''
		__complete create --starter ''
		__complete lint ''
		__complete lint x ''
		__complete lint -f ''
		__complete package ''
		__complete package x ''
		__complete package -d ''
		__complete push ''
		__complete push x ''
		__complete push x o
		__complete push x y ''
		__complete registry login ''
		__complete registry login x ''
		__complete registry logout ''
		__complete search repo ''
		__complete search repo -o ''
		__complete search hub ''
		__complete search hub --output y
		__complete plugin list ''
		__complete plugin install ''
		__complete plugin install x ''
		__complete plugin update ''
		__complete plugin uninstall ''
		__complete plugin verify ''
		__complete plugin package ''
		__complete dependency build ''
		__complete dependency list x ''
		__complete env HELM_
		__complete env HELM_KUBE
		__complete env x ''
		__complete env --kubeconfig k KUBE
		__complete docs --type ''
		__complete docs --type m
		__complete docs --dir ''
		__complete docs -
		__complete version ''
		__complete version --t
		__complete version --template ''
		__complete completion bash ''
		__complete completion bash --no
		__complete completion x ''
		__complete --color ''
		__complete --color a
		__complete template --color ''
		__complete template --color n
		__complete template --colour=
		__complete template --color=x
		__complete template --color x ''
		__complete template --bogus ''
		__complete template --bogus=
		__complete template --bogus=x ''
		__complete template --bogus x ''
		__complete template -z ''
		__complete template -z
		__complete template --bo
		__complete template --debug=maybe ''
		__complete template --timeout x ''
		__complete template --timeout ''
		__complete template --namespace
		__complete template --set
		__complete template --set ''
		__complete template --set a=
		__complete template --set=a ''
		__complete template --force ''
		__complete template --atomic ''
		__complete template --wait=true ''
		__complete list -o foo ''
		__complete list -q ''
		__complete list -qo ''
		__complete list -qz ''
		__complete list --max ''
		__complete -n x template ''
		__complete --namespace x template r sh
		__complete --debug template r sho
		__complete --debug list ''
		__complete --debug template --kube-context ''
		__complete --debug --bogus template ''
		__complete --kube-context ''
		__complete template --kubeconfig one.yaml --kube-context ''
		__complete template --kubeconfig bare.yaml --kube-context p
		__complete template --kubeconfig one.yaml --kube-context x
		__complete template --kubeconfig bad.yaml --kube-context ''
		__complete template --kubeconfig none.yaml --kube-context=
		__complete --kubeconfig one.yaml -n ''
		__complete --kubeconfig ''
		__complete --repository-config none template r s
		__complete --repository-config=bad.yaml template r s
		__complete --repository-cache none template r shop/
		__complete --repository-config none repo remove ''
		__complete --repository-cache none template r shop/redis --version ''
		__complete - show ''
		__complete show - ''
		__complete -= show ''
		__complete show --=a
		__complete show --=
		__complete template --=s
		__complete show -=a
		__complete -h push --output=bad - -= -o=json --
		__complete --repository-config dep - s
		__complete lint --kubeconfig --color c
		__complete version -test.
		__complete version -test.v --t
		-n x __complete show ''
		--debug __complete show ''
		__complete -- ''
		__complete -- show ''
		__complete show -- ''
		__complete show values -- ''
		--bogus __complete show ''
	`)
	subprocess := "apiVersion: v1\nruntime: subprocess\nruntimeConfig:\n  platformCommand:\n  - command: echo\n"
	plugins := map[string]string{
		"plugins/b/plugin.yaml":        "name: alpha\nversion: 0.1.0\ntype: cli/v1\nconfig:\n  shortHelp: does alpha\n" + subprocess,
		"plugins/silent/plugin.yaml":   "name: no-short_1\nversion: 0.1.0\ntype: cli/v1\n" + subprocess,
		"plugins/getter/plugin.yaml":   "name: getter\nversion: 0.1.0\ntype: getter/v1\napiVersion: v1\nruntime: subprocess\nconfig: {protocols: [foo]}\nruntimeConfig:\n  protocolCommands:\n  - {protocols: [foo], platformCommand: [{command: x}]}\n",
		"plugins/a/plugin.yaml":        "name: legacy\nversion: 0.1.0\nusage: use it\ndescription: long\ncommand: echo hi\n",
		"plugins/fetcher/plugin.yaml":  "name: fetcher\nversion: 0.1.0\nusage: get it\ncommand: x\ndownloaders: [{command: x, protocols: [bar]}]\n",
		"plugins/empty/README":         "",
		"plugins/deep/er/plugin.yaml":  "name: deep\nversion: 0.1.0\nusage: not found\ncommand: x\n",
		"plugins2/other/plugin.yaml":   "name: other\nversion: 0.1.0\nusage: second folder\ncommand: x\n",
		"plugins2/plugin.yaml":         "name: top\nversion: 0.1.0\nusage: not found\ncommand: x\n",
		"home/.local/share/helm/x.txt": "",
	}
	for _, folders := range []string{"plugins", "plugins:plugins2", "none:plugins2", "none"} {
		commandLines(t, plugins, map[string]string{"HELM_PLUGINS": folders}, `
			__complete plugin uninstall ''
			__complete plugin uninstall al
			__complete plugin remove alpha ''
			__complete plugin update legacy alpha x
			__completeNoDesc plugin update ''
		`)
	}
	commandLine(t, files, nil, "__complete", "template", "r", "shop\tx")
	commandLine(t, files, nil, "__complete", "template", "two words", "")
	commandLine(t, files, nil, "__complete", "template", "--namespace=two words", "r", "sho")
	with := func(env map[string]string, lines string) { commandLines(t, files, env, lines) }
	with(map[string]string{"KUBECONFIG": "one.yaml"}, "__complete --kube-context ''\n __complete list --kube-context=p\n __complete list --kube-context ''\n __completeNoDesc --kube-context ''")
	with(map[string]string{"KUBECONFIG": "one.yaml:same.yaml"}, "__complete --kube-context ''")
	with(map[string]string{"KUBECONFIG": "same.yaml:one.yaml"}, "__complete --kube-context ''")
	with(map[string]string{"KUBECONFIG": "none.yaml:one.yaml"}, "__complete --kube-context ''")
	with(map[string]string{"KUBECONFIG": "bad.yaml:one.yaml"}, "__complete --kube-context ''")
	with(map[string]string{"HELM_ACTIVE_HELP": "0"}, "__complete version ''\n __complete template --bogus ''")
	with(map[string]string{"COBRA_ACTIVE_HELP": "0"}, "__complete version ''")
	with(map[string]string{"HELM_ACTIVE_HELP": "1", "COBRA_ACTIVE_HELP": "0"}, "__complete version ''")
	with(map[string]string{"HELM_ACTIVE_HELP": "no"}, "__complete version ''")
	with(map[string]string{"HELM_COMPLETION_DESCRIPTIONS": "false"}, "__complete show ''")
	with(map[string]string{"COBRA_COMPLETION_DESCRIPTIONS": "0"}, "__complete show ''")
	with(map[string]string{"COBRA_COMPLETION_DESCRIPTIONS": "0", "HELM_COMPLETION_DESCRIPTIONS": "1"}, "__complete show ''")
	with(map[string]string{"HELM_COMPLETION_DESCRIPTIONS": "maybe"}, "__complete show ''")
	with(map[string]string{"COBRA_COMPLETION_DESCRIPTIONS": "1"}, "__completeNoDesc show ''")
	with(map[string]string{"HELM_DEBUG": "true"}, "__complete template r sh\n __complete status ''\n __complete --kube-context ''\n __complete show ''")
	with(map[string]string{"BASH_COMP_DEBUG_FILE": "out/log"}, "__complete template r sh")
	withLog := map[string]string{"out/log": "before\n"}
	for name, text := range files {
		withLog[name] = text
	}
	for _, line := range []string{
		"__complete template r sh", "__complete show ''", "__complete template --bogus ''", "__complete --kube-context ''",
		"__complete status x", "__complete template --debug r sh", "__complete repo remove ''", "__complete bogus ''",
		"__complete template r shop/redis --version ''", "__complete list -o ''", "__complete show -",
	} {
		commandLines(t, withLog, map[string]string{"BASH_COMP_DEBUG_FILE": "out/log"}, line)
	}
	with(map[string]string{"HELM_NAMESPACE": "x", "HELM_REPOSITORY_CONFIG": "none"}, "__complete template r s")
	with(map[string]string{"HELM_EXPERIMENTAL_CHART_V3": "1"}, "__complete create --")
	with(map[string]string{"HELM_DRIVER": "nope"}, "__complete status ''")
}
