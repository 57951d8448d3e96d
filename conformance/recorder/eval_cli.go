package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// oracle is the Helm binary that `cli` cases run.
func oracle() string {
	if path := os.Getenv("HELM_ORACLE"); path != "" {
		return path
	}
	return "helm"
}

// runCLI runs the oracle in a fresh folder with an environment of its own.
func runCLI(c *Case) error {
	folder, err := os.MkdirTemp("", "case")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	put := func(name string, content []byte) error {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, content, 0o644)
	}
	for name, content := range c.Files {
		if err := put(name, []byte(content)); err != nil {
			return err
		}
	}
	for name, encoded := range c.FilesB64 {
		content, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return err
		}
		if err := put(name, content); err != nil {
			return err
		}
	}
	var args []string
	if err := json.Unmarshal(c.Args, &args); err != nil {
		return err
	}
	binary, err := exec.LookPath(oracle())
	if err != nil {
		return err
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return err
	}
	command := exec.Command(binary, args...)
	command.Args[0] = "helm"
	command.Dir = folder
	command.Env = []string{
		"PATH=/usr/bin:/bin", "HOME=" + filepath.Join(folder, "home"), "KUBECONFIG=/dev/null/none", "TZ=UTC",
	}
	for _, name := range sortedKeys(c.Env) {
		command.Env = append(command.Env, name+"="+c.Env[name])
	}
	command.Stdin = strings.NewReader(c.Stdin)
	command.WaitDelay = 20 * time.Second
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return err
	}
	code := command.ProcessState.ExitCode()
	c.Exit, c.Stdout, c.Stderr = &code, text(stdout.String()), text(stderr.String())
	return c.collect(filepath.Join(folder, "out"))
}

// collect records what the run wrote under `out/`.
func (c *Case) collect(out string) error {
	written := map[string]string{}
	err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(out, path)
		written[filepath.ToSlash(name)] = string(content)
		return err
	})
	if len(written) > 0 {
		c.Written = written
	}
	return err
}
