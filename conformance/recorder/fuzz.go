package main

import (
	"bufio"
	"bytes"
	"fmt"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// fuzz writes n random cases with their answers. Cases whose answer varies are replaced by others, and so are those
// that take too much memory, which are named on standard error.
func fuzz(name string, n int, seed int64, bare bool, one func(*rand.Rand) Case) error {
	random := rand.New(rand.NewSource(seed))
	out := bufio.NewWriter(os.Stdout)
	made, done := 0, 0
	if _, err := fmt.Sscanf(os.Getenv(resume), "%d,%d", &made, &done); err == nil {
		for range made {
			one(random)
		}
	}
	var asked atomic.Pointer[question]
	go watch(&asked, out)
	for done < n {
		c := one(random)
		made++
		asked.Store(&question{c.Template.get(), made, done})
		c.ID = caseID("fuzz", name, c)
		if bare {
			c.clearAnswer()
		} else if !c.steady() {
			continue
		}
		asked.Store(nil)
		done++
		if _, err := out.Write(append(c.line(), '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// question is what is being answered, and how many were made and written with it.
type question struct {
	template   string
	made, done int
}

// resume names the variable that tells a run where the one before had to stop.
const resume = "RECORDER_RESUME"

// tooMuch is what a question may need; a dict that contains itself would take all there is.
const tooMuch = 3 << 30

// watch skips a question that takes too much memory. Nothing stops an execution of Go's, so the run begins anew
// behind the question.
func watch(asked *atomic.Pointer[question], out *bufio.Writer) {
	var memory runtime.MemStats
	for range time.Tick(100 * time.Millisecond) {
		q := asked.Load()
		if runtime.ReadMemStats(&memory); q == nil || memory.HeapAlloc < tooMuch || asked.Load() != q {
			continue
		}
		log.Printf("skipped, takes too much memory: %s", q.template)
		// Whoever writes is busy with the question.
		if err := out.Flush(); err != nil {
			log.Fatal(err)
		}
		os.Setenv(resume, fmt.Sprintf("%d,%d", q.made, q.done))
		self, err := os.Executable()
		if err == nil {
			err = syscall.Exec(self, os.Args, os.Environ())
		}
		log.Fatal(err)
	}
}

// steady is settle for many cases. An address, which some verb prints of what holds a pointer, is the same in all
// runs and another tomorrow; so is the date.
func (c *Case) steady() bool {
	c.evaluate()
	first := c.line()
	runs := 1
	question := c.Template.get()
	if bytes.Contains(first, []byte("unsupported map key")) || strings.Contains(question, "keys") || strings.Contains(question, "values") {
		// The order of a map decides, or which of several keys is named.
		runs = 16
	}
	for range runs {
		c.evaluate()
		if !bytes.Equal(c.line(), first) {
			return false
		}
	}
	if pointers.MatchString(question) && bytes.Contains(first, []byte("0x")) {
		return false
	}
	today := strconv.Itoa(time.Now().Year())
	if strings.Contains(question, "ate") && strings.Contains(c.answerText(), today) && !strings.Contains(question, today) {
		return false
	}
	return !address.Match(first)
}

// answerText is what a template printed.
func (c *Case) answerText() string { return c.Text.get() + string(c.Out) }

var (
	// The second form is that of a time whose zone is one.
	address = regexp.MustCompile(`0x[0-9a-f]{9,12}\b|\{[ +0]*[0-9]* +[+-]?[0-9]{9,} +[+0]*[0-9]{7,} *\}`)
	// pointers are verbs that print addresses.
	pointers = regexp.MustCompile(`%[-+# 0-9.]*[pw]`)
)

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
