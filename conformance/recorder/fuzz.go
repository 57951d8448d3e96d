package main

import (
	"bufio"
	"bytes"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// fuzz writes n random cases with their answers. Cases whose answer varies are replaced by others.
func fuzz(name string, n int, seed int64, bare bool, one func(*rand.Rand) Case) error {
	random := rand.New(rand.NewSource(seed))
	out := bufio.NewWriter(os.Stdout)
	var asked atomic.Pointer[Case]
	go watch(&asked)
	for done := 0; done < n; {
		c := one(random)
		asked.Store(&c)
		c.ID = caseID("fuzz", name, c)
		if bare {
			c.clearAnswer()
		} else if !c.steady() {
			continue
		}
		done++
		if _, err := out.Write(append(c.line(), '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// tooMuch is what a question may need; a dict that contains itself would take all there is.
const tooMuch = 3 << 30

// watch ends the run at a question that takes too much memory, and names it.
func watch(asked *atomic.Pointer[Case]) {
	var memory runtime.MemStats
	for range time.Tick(100 * time.Millisecond) {
		if runtime.ReadMemStats(&memory); memory.HeapAlloc > tooMuch {
			log.Fatalf("too much memory for %s", asked.Load().Template.get())
		}
	}
}

// steady is settle for many cases: two runs. An address, which some verb prints of what holds a pointer, is the
// same in both of them and another tomorrow.
func (c *Case) steady() bool {
	c.evaluate()
	first := c.line()
	c.evaluate()
	return bytes.Equal(c.line(), first) && !address.Match(first)
}

// The second form is that of a time whose zone is one.
var address = regexp.MustCompile(`0x(c0|[1-7][0-9a-f])[0-9a-f]{8,10}\b|\{[ +0]*[0-9]* +[+-]?[0-9]{9,} +[+0]*[0-9]{7,} *\}`)

// suiteFuzz asks again what was once found by comparing random questions, and a sample of the others.
func suiteFuzz() {
	files, _ := filepath.Glob("cases/fuzz/*.jsonl")
	for _, file := range files {
		t := newTopic("fuzz", strings.TrimSuffix(filepath.Base(file), ".jsonl"))
		content, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		for _, line := range strings.Split(string(content), "\n") {
			if c, err := parseCase([]byte(line)); err == nil && c.Kind != "" {
				t.add(*c)
			}
		}
	}
}
