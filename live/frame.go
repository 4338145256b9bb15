package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// frame is one message between a keeper and its child. On the pipe it is a mark, the length of the payload, the payload
// and its checksum, so that whatever else a broken child writes is found out at once.
type frame struct {
	kind   frameKind
	slot   int32
	gen    uint64
	code   uint8   // of a job its fate, of an end its result, of the first frame the pool
	number float64 // of an end the nanoseconds it took, of the first frame the rate, of a job 1 if it stalls its worker,
	// of a wake-up 1 if others wait for the thread
	hold   int64 // of a job: bytes
	leak   int64
	text   string  // of the first frame: where services are called
	phases []phase // of a call what is asked, of a job, or, as far as they are known, of an end
}

type frameKind uint8

const (
	frameHello frameKind = iota + 1 // to the child: what it is
	frameReady                      // from the child: it takes jobs
	frameStart
	frameStop
	frameEnded
	frameStalled
	frameWoken
	frameCall   // to a service
	frameAnswer // from it: code is a reply
)

const (
	frameMark  = 0x5eed
	frameHead  = 4
	frameFixed = 40
	framePhase = 25
)

var errGarbage = errors.New("garbage on the pipe")

// append encodes a frame.
func (f *frame) append(b []byte) []byte {
	at := len(b)
	b = binary.LittleEndian.AppendUint16(b, frameMark)
	b = binary.LittleEndian.AppendUint16(b, uint16(frameFixed+framePhase*len(f.phases)+len(f.text)))
	b = append(b, byte(f.kind), f.code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(f.text)))
	b = binary.LittleEndian.AppendUint32(b, uint32(f.slot))
	b = binary.LittleEndian.AppendUint64(b, f.gen)
	b, _ = binary.Append(b, binary.LittleEndian, f.number)
	b = binary.LittleEndian.AppendUint64(b, uint64(f.hold))
	b = binary.LittleEndian.AppendUint64(b, uint64(f.leak))
	for _, p := range f.phases {
		b = append(b, flag(p.cpu, 1)|flag(p.call, 2)|flag(p.fails, 4))
		b = binary.LittleEndian.AppendUint32(b, uint32(p.cores))
		b = binary.LittleEndian.AppendUint64(b, uint64(p.demand))
		b = binary.LittleEndian.AppendUint32(b, uint32(p.service))
		b = binary.LittleEndian.AppendUint64(b, uint64(p.timeout))
	}
	b = append(b, f.text...)
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at+frameHead:]))
}

func flag(is bool, bit byte) byte {
	if is {
		return bit
	}
	return 0
}

// readFrame is the next frame. Anything else than frames is errGarbage, and the end of the pipe an error of package io.
func readFrame(r io.Reader) (f frame, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return f, err
	}
	n := int(binary.LittleEndian.Uint16(head[2:]))
	if binary.LittleEndian.Uint16(head[:]) != frameMark || n < frameFixed {
		return f, fmt.Errorf("%w: % x", errGarbage, head)
	}
	b := make([]byte, n+4)
	if _, err := io.ReadFull(r, b); err != nil {
		return f, err
	}
	if binary.LittleEndian.Uint32(b[n:]) != crc32.ChecksumIEEE(b[:n]) {
		return f, fmt.Errorf("%w: wrong checksum", errGarbage)
	}
	ends := n - int(binary.LittleEndian.Uint16(b[2:])) // of the phases
	if ends < frameFixed || (ends-frameFixed)%framePhase != 0 {
		return f, fmt.Errorf("%w: %d bytes of phases", errGarbage, ends-frameFixed)
	}
	f.kind, f.code, f.text = frameKind(b[0]), b[1], string(b[ends:n])
	f.slot = int32(binary.LittleEndian.Uint32(b[4:]))
	f.gen = binary.LittleEndian.Uint64(b[8:])
	f.hold, f.leak = int64(binary.LittleEndian.Uint64(b[24:])), int64(binary.LittleEndian.Uint64(b[32:]))
	if _, err := binary.Decode(b[16:24], binary.LittleEndian, &f.number); err != nil {
		return f, err
	}
	for b := b[frameFixed:ends]; len(b) > 0; b = b[framePhase:] {
		f.phases = append(f.phases, phase{
			cpu: b[0]&1 != 0, call: b[0]&2 != 0, fails: b[0]&4 != 0,
			service: int32(binary.LittleEndian.Uint32(b[13:])), timeout: des.Time(binary.LittleEndian.Uint64(b[17:])),
			cores: int32(binary.LittleEndian.Uint32(b[1:])), demand: des.Time(binary.LittleEndian.Uint64(b[5:])),
		})
	}
	return f, nil
}

// frameOf is a notice on its way to the keeper.
func frameOf(n notice) frame {
	f := frame{
		kind: frameEnded + frameKind(n.kind), slot: n.slot, gen: n.gen, code: uint8(n.result), number: float64(n.took),
	}
	if n.crowd {
		f.number = 1
	}
	for _, d := range n.phases {
		f.phases = append(f.phases, phase{demand: d})
	}
	return f
}

// notice is what frameOf made a frame of.
func (f *frame) notice() (n notice, ok bool) {
	if f.kind < frameEnded || f.kind > frameWoken || f.code > uint8(worker.ServiceFailed) {
		return n, false
	}
	n = notice{
		kind: noticeKind(f.kind - frameEnded), slot: f.slot, gen: f.gen,
		result: worker.Result(f.code), took: des.Time(f.number),
	}
	if n.kind == woken {
		n.took, n.crowd = 0, f.number != 0
	}
	for _, p := range f.phases {
		n.phases = append(n.phases, p.demand)
	}
	return n, true
}

// job is the attempt that a frame asks for.
func (f *frame) job() job {
	return job{slot: f.slot, gen: f.gen, fate: workloads.Fate(f.code), phases: f.phases, hold: f.hold, leak: f.leak, stalls: f.number != 0}
}
