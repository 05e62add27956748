package consent_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The README's first program must compile, fit on a screen, and print what the README says.
func TestReadmeProgram(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	m := regexp.MustCompile("(?s)```go\n(package main.*?)```\n\n```\n(.*?)```").FindStringSubmatch(string(readme))
	require.NotNil(t, m, "the README has a program and its output")
	program, want := m[1], m[2]

	lines := 0
	for line := range strings.Lines(program) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	assert.LessOrEqual(t, lines, 25, "lines that are not blank")

	main := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(main, []byte(program), 0o600))
	out, err := exec.CommandContext(t.Context(), "go", "run", main).CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, want, string(out))
}
