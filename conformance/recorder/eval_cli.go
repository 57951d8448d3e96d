package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

// laidOut is when every file of a case was last changed: package keeps it, rounded to the second.
var laidOut = time.Date(2021, 2, 3, 4, 5, 6, 700_000_000, time.UTC)

// runCLI runs the oracle in a fresh folder with an environment of its own.
func runCLI(c *Case) error {
	folder, err := os.MkdirTemp("", "case")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	put := func(name string, content []byte) error {
		path := filepath.Join(folder, name)
		if strings.HasSuffix(name, "/") {
			return os.MkdirAll(path, 0o755)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
		return os.Chtimes(path, laidOut, laidOut)
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
	for name, target := range c.Links {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(target, path); err != nil {
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
	mask := func(b *bytes.Buffer) *Text {
		return text(tmpcharts.ReplaceAllString(strings.ReplaceAll(b.String(), folder, "$FOLDER"), "tmpcharts-$$PID"))
	}
	c.Exit, c.Stdout, c.Stderr = &code, mask(&stdout), mask(&stderr)
	return c.collect(filepath.Join(folder, "out"))
}

// tmpcharts is the folder that `dependency update` works in, named after its process.
var tmpcharts = regexp.MustCompile(`tmpcharts-\d+`)

// generated is the line of a lock that says when it was written.
var generated = regexp.MustCompile(`generated: "[^"]*"`)

// collect records what the run left under `out/`: texts, links, empty folders (with a slash behind the name),
// and lists of what is in archives.
func (c *Case) collect(out string) error {
	written := map[string]string{}
	given := strings.Join(slices.Collect(maps.Values(c.Files)), "\n")
	err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(out, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if held, err := os.ReadDir(path); err != nil || len(held) > 0 {
				return err
			}
			written[name+"/"] = ""
			return nil
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			written[name] = "-> " + target
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(content, []byte("\x1f\x8b")) {
			written[name], err = list(content)
			return err
		}
		// A lock says when it was made, which no two runs agree on.
		written[name] = generated.ReplaceAllStringFunc(string(content), func(found string) string {
			if strings.Contains(given, found) || !strings.HasSuffix(name, ".lock") {
				return found
			}
			return `generated: "$NOW"`
		})
		return nil
	})
	if len(written) > 0 {
		c.Written = written
	}
	return err
}

// list tells what an archive says of itself and of each entry, and a digest of the whole tar stream.
func list(content []byte) (string, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return "", err
	}
	unzipped, err := io.ReadAll(zipped)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "gzip flags %d xfl %d os %d extra %q comment %q\ntar sha256 %x\n",
		content[3], content[8], zipped.OS, zipped.Extra, zipped.Comment, sha256.Sum256(unzipped))
	entries := tar.NewReader(bytes.NewReader(unzipped))
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return "", err
		}
		content, err := io.ReadAll(entries)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&out, "%o %d %d %s sha256 %x\n",
			header.Mode, header.ModTime.Unix(), header.Size, header.Name, sha256.Sum256(content))
	}
}
