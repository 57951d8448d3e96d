package main

import (
	"bufio"
	"log"
	"math/rand"
	"os"
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

// steady is settle for many cases: two runs.
func (c *Case) steady() bool {
	c.evaluate()
	first := string(c.line())
	c.evaluate()
	return string(c.line()) == first
}

// suiteFuzz asks again what was once found by comparing random questions.
func suiteFuzz() {
	for _, name := range []string{"expr", "yaml"} {
		t := newTopic("fuzz", name)
		content, err := os.ReadFile("cases/fuzz/" + name + ".jsonl")
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(content), "\n") {
			if c, err := parseCase([]byte(line)); err == nil && c.Kind != "" {
				t.add(*c)
			}
		}
	}
}
