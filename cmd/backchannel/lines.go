package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// eachLine answers JSON lines from standard input in order, and each as soon as there is no other to read: whoever asks
// line by line waits for it. what names the lines in errors, and longer ones than most reach answer as errLongLine in
// bad. A line that answer calls bad makes eachLine return errPrinted in the end.
func eachLine(s *session, what string, most int, answer func(out io.Writer, line []byte, bad error) (ok bool, err error)) error {
	in := bufio.NewReaderSize(&interruptible{ctx: s.ctx, r: s.in}, 64<<10)
	out := bufio.NewWriter(s.out)
	defer out.Flush()
	skipMark(in)
	good := true
	for {
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		line, err := readLine(in, most)
		if errors.Is(err, io.EOF) {
			break
		}
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return fault.New(fault.Invalid, "the %s on standard input cannot be read: %s", what, reason(err))
		}
		if err == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		ok, err := answer(out, line, err)
		if err != nil {
			return err
		}
		good = good && ok
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if !good {
		return errPrinted
	}
	return nil
}

// skipMark skips the byte order mark that some editors and shells put before UTF-8.
func skipMark(in *bufio.Reader) {
	const mark = "\uFEFF"
	if start, err := in.Peek(len(mark)); err == nil && string(start) == mark {
		_, _ = in.Discard(len(mark)) // it was just seen
	}
}

var errLongLine = errors.New("the line is too long")

// readLine returns the next line without its end. A longer one than most is skipped and gives errLongLine.
func readLine(in *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > most {
			line, long = nil, true
		}
		if !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || (len(line) == 0 && !long)) {
			return nil, err
		}
		if long {
			return nil, errLongLine
		}
		return []byte(strings.TrimRight(string(line), "\r\n")), nil
	}
}

// writeLine writes v as one line of JSON, with < and & as they are.
func writeLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
