// Judges a log of ours with Go's own transparency log code (golang.org/x/mod/sumdb, as Debian ships it), which shares
// nothing with ours: signature, every tile, every entry's place, every earlier tree, and proofs handed in.
//
//	log FOLDER KEY [CHECKPOINT|PROOF]...
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println("oracle:", err)
		os.Exit(1)
	}
}

// folder reads tiles where tlog-tiles puts them: without the height in the path, entries apart from "data".
type folder string

func (f folder) read(t tlog.Tile) ([]byte, error) {
	path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
	path = strings.Replace(path, "tile/data/", "tile/entries/", 1)
	return os.ReadFile(filepath.Join(string(f), path))
}
func (f folder) Height() int { return 8 }
func (f folder) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, t := range tiles {
		bytes, err := f.read(t)
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func open(text []byte, key note.Verifier) tlog.Tree {
	n, err := note.Open(text, note.VerifierList(key))
	must(err)
	lines := strings.Split(n.Text, "\n")
	if lines[0] != key.Name() {
		must(fmt.Errorf("the origin is %q", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	hash, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: hash}
}

func entries(f folder, size int64) (all [][]byte) {
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		bundle, err := f.read(tlog.Tile{H: 8, L: -1, N: n, W: int(width)})
		must(err)
		for len(bundle) > 0 {
			length := int(binary.BigEndian.Uint16(bundle))
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	return all
}

func proof(text []byte, key note.Verifier, all [][]byte) {
	head, checkpoint, found := bytes.Cut(text, []byte("\n\n"))
	if !found {
		must(fmt.Errorf("no proof"))
	}
	tree := open(checkpoint, key)
	index, path := int64(-1), tlog.RecordProof{}
	for _, line := range strings.Split(string(head), "\n") {
		if strings.HasPrefix(line, "index ") {
			n, err := strconv.ParseInt(line[6:], 10, 64)
			must(err)
			index = n
		} else if index >= 0 {
			raw, err := base64.StdEncoding.DecodeString(line)
			must(err)
			path = append(path, *(*tlog.Hash)(raw))
		}
	}
	must(tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(all[index])))
}

func main() {
	f := folder(os.Args[1])
	key, err := note.NewVerifier(os.Args[2])
	must(err)
	text, err := os.ReadFile(filepath.Join(os.Args[1], "checkpoint"))
	must(err)
	tree := open(text, key)
	reader := tlog.TileHashReader(tree, f)
	root, err := tlog.TreeHash(tree.N, reader)
	must(err)
	if root != tree.Hash {
		must(fmt.Errorf("the root is %v", root))
	}
	all := entries(f, tree.N)
	if int64(len(all)) != tree.N {
		must(fmt.Errorf("%d entries in bundles", len(all)))
	}
	for n, entry := range all {
		path, err := tlog.ProveRecord(tree.N, int64(n), reader)
		must(err)
		must(tlog.CheckRecord(path, tree.N, tree.Hash, int64(n), tlog.RecordHash(entry)))
	}
	for _, name := range os.Args[3:] {
		text, err := os.ReadFile(name)
		must(err)
		if bytes.HasPrefix(text, []byte("c2sp.org/tlog-proof@v1\n")) {
			proof(text, key, all)
			continue
		}
		old := open(text, key)
		if old.N == 0 {
			continue
		}
		path, err := tlog.ProveTree(tree.N, old.N, reader)
		must(err)
		must(tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash))
	}
	fmt.Printf("%d entries, %d files besides: all as they must be\n", len(all), len(os.Args)-3)
}
