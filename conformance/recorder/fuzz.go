package main

import (
	"bufio"
	"math/rand"
	"os"
)

// fuzz writes n random cases with their answers. Cases whose answer varies are replaced by others.
func fuzz(n int, seed int64, bare bool, one func(*rand.Rand) Case) error {
	random := rand.New(rand.NewSource(seed))
	out := bufio.NewWriter(os.Stdout)
	for done := 0; done < n; {
		c := one(random)
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

// steady is settle for many cases: two runs.
func (c *Case) steady() bool {
	c.evaluate()
	first := string(c.line())
	c.evaluate()
	return string(c.line()) == first
}

func randomExpression(r *rand.Rand) Case { return Case{Kind: "template", Template: text("{{ 1 }}")} }
func randomDocument(r *rand.Rand) Case   { return Case{Kind: "yaml-read", In: text("a: 1")} }
