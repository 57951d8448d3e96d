// Recorder asks Helm 4.3.1's own libraries (and, for `cli` cases, its binary) what they do, and writes it
// down as JSON lines. See ../README.md.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"
)

const oracleName = "helm v4.3.1 (go1.26.8)"

const usage = `usage: go run ./recorder COMMAND
  all [-cases DIR] [PREFIX...]   record every suite, or those whose suite/topic starts with a prefix
  run                            answer the cases on stdin, line by line
  fuzz-expr -n N -seed S         answer N random template expressions
  fuzz-yaml -n N -seed S         answer N random YAML documents
  fuzz-mutant-expr, fuzz-mutant-yaml -n N -seed S [-cases DIR] [-charts DIR]
                                 answer N changed templates or documents of recorded cases and charts
  deprecations                   print the table of crates/render/src/lint/deprecated.tsv
`

func main() {
	log.SetFlags(0)
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	log.SetOutput(os.Stderr)
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	n := flags.Int("n", 100, "how many")
	seed := flags.Int64("seed", 1, "which random sequence")
	bare := flags.Bool("unanswered", false, "write the questions only")
	folder := flags.String("cases", "cases", "where the case files are")
	charts := flags.String("charts", "", "a folder of charts whose YAML is changed too")
	flags.Parse(os.Args[2:])
	var err error
	switch os.Args[1] {
	case "all":
		err = recordAll(*folder, flags.Args())
	case "run":
		err = serve()
	case "fuzz-expr":
		err = fuzz("expr", *n, *seed, *bare, randomExpression)
	case "fuzz-yaml":
		err = fuzz("yaml", *n, *seed, *bare, randomDocument)
	case "deprecations":
		err = deprecations(os.Stdout)
	case "fuzz-mutant-expr":
		err = fuzzMutants("expr", *folder, *charts, *n, *seed, *bare)
	case "fuzz-mutant-yaml":
		err = fuzzMutants("yaml", *folder, *charts, *n, *seed, *bare)
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func recordAll(folder string, prefixes []string) error {
	for _, suite := range suites {
		suite()
	}
	total := 0
	for _, t := range topics {
		name := t.suite + "/" + t.name
		wanted := len(prefixes) == 0
		for _, prefix := range prefixes {
			wanted = wanted || strings.HasPrefix(name, prefix)
		}
		if !wanted {
			continue
		}
		kept, dropped, err := t.record(folder)
		if err != nil {
			return err
		}
		total += kept
		fmt.Printf("%-40s %5d cases, %d vary\n", name, kept, dropped)
	}
	fmt.Printf("%d cases\n", total)
	return nil
}
