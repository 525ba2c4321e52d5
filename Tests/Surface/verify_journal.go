// Verifies a journal with golang.org/x/mod/sumdb: the implementation that C2SP's tlog-tiles, tlog-checkpoint and signed-note
// describe. The library parses and checks keys, signatures, trees, tiles and proofs. What is here reads files: C2SP's paths have no
// height, entries stand in bundles of their own, and the first line of a checkpoint is the log's name.
//
//	verify_journal FOLDER KEY [FILE…]    the whole journal, and that it goes on from every checkpoint in these files
//	verify_journal -proof FILE KEY       one .tlog-proof
//
// With Debian's packages golang-go and golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify_journal.go FOLDER KEY
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// folder is a log as tlog-tiles has it.
type folder string

func (f folder) Height() int { return height }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, grown, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		// A full tile begins with what its partial form had, and the library wants no more than that.
		if size := tile.W * tlog.HashSize; grown && len(data) > size {
			data = data[:size]
		}
		all = append(all, data)
	}
	return all, nil
}

// read returns a tile or a bundle of entries. A log may drop a partial one once there is the full one, which is grown then.
func (f folder) read(tile tlog.Tile) (data []byte, grown bool, err error) {
	data, err = os.ReadFile(f.path(tile))
	if errors.Is(err, fs.ErrNotExist) && tile.W < 1<<height {
		tile.W, grown = 1<<height, true
		data, err = os.ReadFile(f.path(tile))
	}
	return data, grown, err
}

func (f folder) path(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	if entries := strings.TrimPrefix(path, "data/"); entries != path {
		path = "entries/" + entries
	}
	return filepath.Join(string(f), "tile", path)
}

// checkpoint returns the tree that the key has signed.
func checkpoint(signed []byte, key note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != key.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is of another journal, %s", origin)
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

func verify(f folder, key note.Verifier, kept []string) error {
	signed, err := os.ReadFile(filepath.Join(string(f), "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := checkpoint(signed, key)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	// Each hash that it returns is in the tree: it has hashed every tile up to the root.
	reader := tlog.TileHashReader(tree, f)
	for first := int64(0); first < tree.N; first += 1 << height {
		if err := verifyBundle(f, reader, tree, first); err != nil {
			return err
		}
	}
	checkpoints := 0
	for _, file := range kept {
		count, err := verifyEarlier(file, reader, tree, key)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		checkpoints += count
	}
	fmt.Printf("holds: entries %d, earlier checkpoints %d\n", tree.N, checkpoints)
	return nil
}

// verifyBundle compares the entries of a bundle with the hashes of the tile beside it.
func verifyBundle(f folder, reader tlog.HashReader, tree tlog.Tree, first int64) error {
	tile := tlog.Tile{H: height, L: -1, N: first >> height, W: 1 << height}
	if rest := tree.N - first; rest < int64(tile.W) {
		tile.W = int(rest)
	}
	bundle, grown, err := f.read(tile)
	if err != nil {
		return err
	}
	var indexes []int64
	for number := first; number < first+int64(tile.W); number++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, number))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for index, hash := range hashes {
		entry, rest, err := next(bundle)
		if err != nil || tlog.RecordHash(entry) != hash {
			return fmt.Errorf("entry %d is not what the journal has at its place", first+int64(index))
		}
		bundle = rest
	}
	if len(bundle) > 0 && !grown {
		return fmt.Errorf("the bundle from entry %d on holds more than the journal has", first)
	}
	return nil
}

// next cuts the first entry from a bundle: its length in two bytes, then itself.
func next(bundle []byte) (entry, rest []byte, err error) {
	if len(bundle) < 2 {
		return nil, nil, errors.New("the bundle ends early")
	}
	length := 2 + int(binary.BigEndian.Uint16(bundle))
	if len(bundle) < length {
		return nil, nil, errors.New("the bundle ends early")
	}
	return bundle[2:length], bundle[length:], nil
}

// One after the other, as they were appended.
var notes = regexp.MustCompile(`[^\n]+\n[0-9]+\n[^\n]+\n\n(?:— [^\n]+\n)+`)

func verifyEarlier(file string, reader tlog.HashReader, tree tlog.Tree, key note.Verifier) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	all := notes.FindAllString(string(text), -1)
	if len(all) == 0 || strings.Join(all, "") != string(text) {
		return 0, errors.New("this is no list of checkpoints")
	}
	for _, signed := range all {
		earlier, err := checkpoint([]byte(signed), key)
		if err != nil {
			return 0, err
		}
		proof, err := tlog.ProveTree(tree.N, earlier.N, reader)
		if err == nil {
			err = tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash)
		}
		if err != nil {
			return 0, fmt.Errorf("the journal does not go on from its checkpoint of %d entries: %w", earlier.N, err)
		}
	}
	return len(all), nil
}

func verifyProof(file string, key note.Verifier) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, signed, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return errors.New("this is no proof of an entry that it has with it")
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	var extra struct{ Entry string }
	if err := json.Unmarshal(data, &extra); err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	tree, err := checkpoint([]byte(signed), key)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash([]byte(extra.Entry))); err != nil {
		return err
	}
	fmt.Printf("proves entry %d: %s\n", index, extra.Entry)
	return nil
}

func run(arguments []string) error {
	proof := len(arguments) == 3 && arguments[0] == "-proof"
	if len(arguments) < 2 {
		return errors.New("usage: verify_journal FOLDER KEY [FILE…] | verify_journal -proof FILE KEY")
	}
	if proof {
		arguments = arguments[1:]
	}
	key, err := note.NewVerifier(arguments[1])
	if err != nil {
		return err
	}
	if proof {
		return verifyProof(arguments[0], key)
	}
	return verify(folder(arguments[0]), key, arguments[2:])
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "does not hold:", err)
		os.Exit(1)
	}
}
