package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// topic is one case file: `cases/<suite>/<name>.jsonl`.
type topic struct {
	suite, name string
	cases       []*Case
	seen        map[string]bool
}

var topics []*topic

func newTopic(suite, name string) *topic {
	t := &topic{suite: suite, name: name, seen: map[string]bool{}}
	topics = append(topics, t)
	return t
}

// add takes a case in, once: its id is a digest of what it asks.
func (t *topic) add(c Case) {
	c.ID = caseID(t.suite, t.name, c)
	if !t.seen[c.ID] {
		t.seen[c.ID] = true
		t.cases = append(t.cases, &c)
	}
}

// caseID names a question by a digest of it.
func caseID(suite, name string, c Case) string {
	c.ID = ""
	sum := sha256.Sum256(c.line())
	return suite + "/" + name + "/" + hex.EncodeToString(sum[:4])
}

// repeats is how often a case must answer the same to count as deterministic.
func repeats(kind string) int {
	switch kind {
	case "cli":
		return 3
	case "template", "release", "toml-write", "yaml-write", "yaml3-write":
		return 8
	case "yaml-read":
		return 16
	}
	return 2
}

// settle evaluates a case several times and tells whether the answers agree.
func (c *Case) settle() bool {
	var first []byte
	for range repeats(c.Kind) {
		c.evaluate()
		if line := c.line(); first == nil {
			first = line
		} else if !bytes.Equal(first, line) {
			return false
		}
	}
	return true
}

// record evaluates the topic and writes its file. Answers that vary from run to run are left out.
func (t *topic) record(folder string) (int, int, error) {
	settled := make([]bool, len(t.cases))
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for i, c := range t.cases {
		group.Add(1)
		slots <- struct{}{}
		go func() {
			defer func() { <-slots; group.Done() }()
			settled[i] = c.settle()
		}()
	}
	group.Wait()
	path := filepath.Join(folder, t.suite, t.name+".jsonl")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, 0, err
	}
	var out bytes.Buffer
	header, err := json.Marshal(map[string]any{"oracle": oracleName, "suite": t.suite + "/" + t.name, "format": 1})
	if err != nil {
		return 0, 0, err
	}
	out.Write(append(header, '\n'))
	kept, dropped := 0, 0
	for i, c := range t.cases {
		if len(c.line()) > 20000 {
			log.Printf("%s is too long", c.ID)
			dropped++
			continue
		}
		if c.Kind == "cli" && c.Err != nil {
			return 0, 0, fmt.Errorf("%s could not be asked: %s", c.Args, c.Err.get())
		}
		if !settled[i] {
			dropped++
			log.Printf("%s varies: %s%s", c.ID, c.Template.get(), c.Args)
			continue
		}
		kept++
		out.Write(append(c.line(), '\n'))
	}
	return kept, dropped, os.WriteFile(path, out.Bytes(), 0o644)
}

// serve answers cases from stdin, one line each.
func serve() error {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		c, err := parseCase(in.Bytes())
		if err != nil {
			return fmt.Errorf("%w in %s", err, in.Text())
		}
		c.evaluate()
		out.Write(append(c.line(), '\n'))
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return in.Err()
}
