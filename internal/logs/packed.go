package logs

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// How packed files begin: rotated logs are (RFC 1952; RFC 8878).
const (
	gzipBegins = "\x1f\x8b"
	zstdBegins = "\x28\xb5\x2f\xfd"
)

// mostWindow is how far back a packed file may refer, in bytes: the memory that reading it takes.
const mostWindow = 128 << 20

// unpacked looks through gzip and zstd, and past a byte order mark; end gives back what that took.
func unpacked(name string, in io.Reader) (out *bufio.Reader, end func(), err error) {
	out, end, err = decompressed(name, in)
	if err != nil {
		return nil, nil, err
	}
	switch mark, _ := out.Peek(3); { // a file that is shorter has none
	case string(mark) == "\ufeff":
		out.Discard(3) //nolint:errcheck // just peeked
	case len(mark) >= 2 && (string(mark[:2]) == "\xff\xfe" || string(mark[:2]) == "\xfe\xff"):
		end()
		return nil, nil, fmt.Errorf("%s: written in UTF-16: want UTF-8, such as iconv -f UTF-16 -t UTF-8 makes of it", name)
	}
	return out, end, nil
}

func decompressed(name string, in io.Reader) (out *bufio.Reader, end func(), err error) {
	buffered := bufio.NewReaderSize(in, startOf)
	start, _ := buffered.Peek(len(zstdBegins)) // a file that is shorter is not packed
	switch {
	case len(start) >= 2 && string(start[:2]) == gzipBegins:
		unzip, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		return bufio.NewReaderSize(unzip, startOf), func() {}, nil
	case string(start) == zstdBegins:
		unzip, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(mostWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		return bufio.NewReaderSize(unzip, startOf), unzip.Close, nil
	}
	return buffered, func() {}, nil
}
