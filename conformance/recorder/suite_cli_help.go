package main

// suiteHelp asks for the help of every command, and for what is none.
func suiteHelp() {
	t := newTopic("cli", "help")
	for _, words := range commandWords {
		commandLines(t, nil, nil, words+" --help")
	}
	commandLines(t, nil, nil, `
		help
		--help
		-h
		help create
		help show values
		help inspect values
		help dep up
		help dependency
		help install
		help list
		help ls
		help help
		help docs
		help version
		help completion
		help completion zsh
		help env HELM_BIN
		help template a b
		help template --debug
		help -n x template
		help --help
		help template --help
		help help --help
		template -h
		show -h values
		-h show values
		--help show values
		show --help=true values
		show --help values x
		template c --help --set a=b
		template --help=false
		version --help=0
		show --help=false
		--help=false
		-h=false
		version -h=true
		get
		get --debug
		-n x get
		plugin
		registry
		repo
		search
		dep
		inspect
		show --
		repo -- list
		plugin -- x
	`)
	commandLines(t, nil, map[string]string{"HELM_EXPERIMENTAL_CHART_V3": "1"}, "create --help")
	commandLines(t, nil, map[string]string{
		"HELM_NAMESPACE": "shop", "HELM_KUBECONTEXT": "prod", "HELM_KUBETOKEN": "t", "HELM_KUBEASUSER": "me",
		"HELM_KUBEASGROUPS": "a,b", "HELM_KUBEAPISERVER": "https://k", "HELM_KUBECAFILE": "ca.pem",
		"HELM_KUBETLS_SERVER_NAME": "n", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY": "true", "HELM_BURST_LIMIT": "7",
		"HELM_QPS": "2.5", "HELM_DEBUG": "1", "HELM_COLOR": "always", "HELM_MAX_HISTORY": "3",
		"HELM_CONTENT_CACHE": "/c", "HELM_REGISTRY_CONFIG": "/r.json", "HELM_REPOSITORY_CACHE": "/rc",
		"HELM_REPOSITORY_CONFIG": "/r.yaml", "GNUPGHOME": "/gpg",
	}, "--help\n upgrade --help")
	commandLines(t, nil, map[string]string{
		"HELM_NAMESPACE": "", "HELM_BURST_LIMIT": "x", "HELM_QPS": "x", "HELM_DEBUG": "maybe", "NO_COLOR": "1",
		"HELM_COLOR": "always", "HELM_MAX_HISTORY": "x", "HELM_REPOSITORY_CONFIG": "", "HELM_KUBEASGROUPS": " ,a, ",
		"HELM_CACHE_HOME": "/cache", "HELM_CONFIG_HOME": "/config",
	}, "--help\n upgrade --help")
	commandLines(t, nil, map[string]string{"HELM_QPS": "1e2", "HELM_DRIVER": "nope"}, "--help\n version --help\n help version\n version x\n get")
	commandLines(t, map[string]string{"home/.gnupg/pubring.kbx": ""}, nil, "verify --help")
	commandLines(t, map[string]string{"home/.gnupg/pubring.kbx": "", "home/.gnupg/pubring.gpg": ""}, nil, "verify --help")

	u := newTopic("cli", "unknown")
	commandLines(u, nil, nil, `
		bogus
		tempate
		templat c
		templates
		TEMPLATE
		Template c
		instal
		isntall
		upgrad
		updgrade
		remove
		rm
		REMOVE
		Rm x
		sho
		s
		t
		u
		re
		de
		vers
		lst
		ln
		helpp
		hlep
		doc
		dcos
		complete
		completions
		delet
		fetc
		ispect
		dependencie
		inspct
		''
		'' version
		version ''
		é
		-n x bogus
		-n bogus
		--namespace=x bogus
		--debug bogus
		--bogus bogus
		-b bogus
		bogus --help
		bogus -h
		bogus --version
		bogus -- --help
		-- bogus
		--
		--version
		-V
		get bogus
		get bogus x
		get ''
		show bogus
		show value c
		dependency bogus
		dependency lst
		dependency remove
		completion bogus
		completion
		completion bsh
		plugin bogus
		plugin bogus x
		repo bogus
		repo ad
		registry bogus
		registry x y
		search bogus
		search redis
		show bogus --bogus
		repo --bogus
		repo bogus --bogus
		help bogus
		help bogus show
		help show bogus
		help ''
		help --bogus
		help -z
		help bogus more words
		help bo`+"`"+`gus
	`)
	commandLine(u, nil, nil, "two words")
	commandLine(u, nil, nil, "a\"b")
	commandLine(u, nil, nil, "line\nbreak")
	commandLine(u, nil, nil, "help", "two words", "tab\tbed")
}
