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
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
	host, stop := serveCase(c.Served)
	defer stop()
	known := strings.NewReplacer("$FOLDER", folder, "$HOST", host)
	if c.Served == nil && c.Before == nil {
		known = strings.NewReplacer()
	}
	for i := range args {
		args[i] = known.Replace(args[i])
	}
	environment := []string{
		"PATH=/usr/bin:/bin", "HOME=" + filepath.Join(folder, "home"), "KUBECONFIG=/dev/null/none", "TZ=UTC",
	}
	for _, name := range sortedKeys(c.Env) {
		environment = append(environment, name+"="+c.Env[name])
	}
	for _, step := range c.Before {
		words := make([]string, len(step))
		for i := range step {
			words[i] = known.Replace(step[i])
		}
		if err := prepare(words, binary, folder, environment); err != nil {
			return fmt.Errorf("%s: %v: %w", c.ID, step, err)
		}
	}
	command := exec.Command(binary, args...)
	command.Args[0] = "helm"
	command.Dir, command.Env = folder, environment
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
		masked := tmpcharts.ReplaceAllString(strings.ReplaceAll(b.String(), folder, "$FOLDER"), "tmpcharts-$$PID")
		if host != "" {
			masked = strings.ReplaceAll(masked, host, "$HOST")
			masked = strings.ReplaceAll(masked, strings.ReplaceAll(host, ":", "-"), "$HOST")
		}
		return text(extracted.ReplaceAllString(masked, ""))
	}
	c.Exit, c.Stdout, c.Stderr = &code, mask(&stdout), mask(&stderr)
	return c.collect(folder)
}

// prepare does one step that comes before the command.
func prepare(words []string, binary, folder string, environment []string) error {
	var command *exec.Cmd
	switch words[0] {
	case "write":
		// Not as old as the others: git looks at times.
		path := filepath.Join(folder, words[1])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(words[2]), 0o644)
	case "helm":
		command = exec.Command(binary, words[1:]...)
		command.Args[0] = "helm"
		command.Env = environment
	case "git":
		// The same commits every time, whoever makes them.
		command = exec.Command("git", append([]string{"-c", "user.name=n", "-c", "user.email=n@test.invalid", "-c", "init.defaultBranch=main"}, words[1:]...)...)
		command.Env = append(slices.Clone(environment), "GIT_AUTHOR_DATE=1600000000 +0000", "GIT_COMMITTER_DATE=1600000000 +0000")
	default:
		return fmt.Errorf("no such step")
	}
	command.Dir = folder
	said, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

// serveCase answers with what a case says, at the address that it returns.
func serveCase(served map[string]Served) (string, func()) {
	if served == nil {
		return "", func() {}
	}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		answer, ok := served[in.URL.RequestURI()]
		if !ok {
			answer = Served{Status: http.StatusNotFound}
		}
		body := []byte(answer.Body)
		if answer.BodyB64 != "" {
			body, _ = base64.StdEncoding.DecodeString(answer.BodyB64)
		}
		if answer.Type != "" {
			out.Header().Set("Content-Type", answer.Type)
		}
		if answer.Location != "" {
			out.Header().Set("Location", answer.Location)
		}
		if answer.Status == 0 {
			answer.Status = http.StatusOK
		}
		out.Header().Set("Content-Length", strconv.Itoa(len(body)))
		out.WriteHeader(answer.Status)
		if in.Method != http.MethodHead {
			_, _ = out.Write(body)
		}
	}))
	return strings.TrimPrefix(server.URL, "http://"), server.Close
}

// tmpcharts is the folder that `dependency update` works in, named after its process.
var tmpcharts = regexp.MustCompile(`tmpcharts-\d+`)

// extracted is the folder that `plugin install` unpacks into, somewhere else every time.
var extracted = regexp.MustCompile(`/[^ ]*/helm-plugin-extract-\d+/`)

// generated is the line of a lock that says when it was written.
var generated = regexp.MustCompile(`generated: "[^"]*"`)

// generatedOn is the line of a page of `docs` that says when it was written.
var generatedOn = regexp.MustCompile(`(Auto generated by spf13/cobra on )\d+-[A-Z][a-z]{2}-\d{4}\n`)

// armoredSignature is what no two runs agree on in a provenance file.
var armoredSignature = regexp.MustCompile(`(?s)(-----BEGIN PGP SIGNATURE-----\n\n).*(\n-----END PGP SIGNATURE-----)`)

// archiveDigest is that of an archive, which is compressed by whoever makes it.
var archiveDigest = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// maxWritten is how much text is kept of what a run left; of more, every file's length and digest.
const maxWritten = 64 << 10

// collect records what the run left under `out/`: texts, links, empty folders (with a slash behind the name),
// and lists of what is in archives.
func (c *Case) collect(folder string) error {
	out := filepath.Join(folder, "out")
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
		if entry.IsDir() && entry.Name() == ".git" {
			// What git keeps differs by its version, and has times in it.
			written[name+"/"] = "$GIT"
			return fs.SkipDir
		}
		if entry.IsDir() {
			if held, err := os.ReadDir(path); err != nil || len(held) > 0 {
				return err
			}
			written[name+"/"] = ""
			return nil
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			written[name] = "-> " + strings.ReplaceAll(target, folder, "$FOLDER")
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
		written[name] = strings.ReplaceAll(written[name], folder, "$FOLDER")
		if strings.HasSuffix(name, ".prov") {
			written[name] = armoredSignature.ReplaceAllString(written[name], "${1}$$SIGNATURE${2}")
			written[name] = archiveDigest.ReplaceAllString(written[name], "sha256:$$DIGEST")
		}
		written[name] = generatedOn.ReplaceAllString(written[name], "${1}$$DAY\n")
		return nil
	})
	total := 0
	for _, content := range written {
		total += len(content)
	}
	if total > maxWritten {
		for name, content := range written {
			written[name] = fmt.Sprintf("%d bytes, sha256 %x", len(content), sha256.Sum256([]byte(content)))
		}
	}
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
	digest := fmt.Sprintf("%x", sha256.Sum256(unzipped))
	entries := tar.NewReader(bytes.NewReader(unzipped))
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Sprintf("gzip flags %d xfl %d os %d extra %q comment %q\ntar sha256 %s\n",
				content[3], content[8], zipped.OS, zipped.Extra, zipped.Comment, digest) + out.String(), nil
		}
		if err != nil {
			return "", err
		}
		content, err := io.ReadAll(entries)
		if err != nil {
			return "", err
		}
		if header.Typeflag == tar.TypeDir {
			// Folders are as old as the run; an archive with them also says who ran it.
			digest = "$TAR"
			fmt.Fprintf(&out, "%o $TIME folder %s\n", header.Mode, strings.TrimSuffix(header.Name, "/"))
			continue
		}
		fmt.Fprintf(&out, "%o %d %d %s sha256 %x\n",
			header.Mode, header.ModTime.Unix(), header.Size, header.Name, sha256.Sum256(content))
	}
}
