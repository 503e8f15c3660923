package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
)

var errFrame = errors.New("no complete frame")

// stillWebP looks at the chunks of a WebP file, after its RIFF header, up to the first frame. An extended file names
// the size of its canvas and every frame its own; the decoder trusts the frame, DecodeConfig the canvas. So a small
// canvas could hide a frame of 16383 × 16383: both must agree. Animations are refused, no decoder here shows them.
func stillWebP(chunks []byte) error {
	var canvas [2]int
	for len(chunks) >= 8 {
		name, size := string(chunks[:4]), binary.LittleEndian.Uint32(chunks[4:8])
		chunks = chunks[8:]
		if uint64(size) > uint64(len(chunks)) {
			return fmt.Errorf("chunk %q is cut off", name)
		}
		body := chunks[:size]
		chunks = chunks[min(int(size+size&1), len(chunks)):] // chunks are padded to an even length
		switch name {
		case "VP8X":
			if len(body) < 10 {
				return errors.New("extended header is cut off")
			}
			if animated := body[0]&0x02 != 0; animated {
				return errors.New("animated picture")
			}
			canvas = [2]int{1 + uint24(body[4:]), 1 + uint24(body[7:])}
		case "VP8 ", "VP8L":
			frame, err := frameSize(name, body)
			if err != nil {
				return err
			}
			if canvas != [2]int{} && canvas != frame {
				return fmt.Errorf("canvas of %v pixels, frame of %v", canvas, frame)
			}
			return nil
		}
	}
	return errFrame
}

// frameSize reads width and height, 14 bits each, from the head of a lossy (VP8) or lossless (VP8L) frame.
func frameSize(name string, body []byte) ([2]int, error) {
	if name == "VP8 " {
		if len(body) < 10 {
			return [2]int{}, errFrame
		}
		width, height := binary.LittleEndian.Uint16(body[6:]), binary.LittleEndian.Uint16(body[8:])
		return [2]int{int(width & 0x3fff), int(height & 0x3fff)}, nil
	}
	if len(body) < 5 {
		return [2]int{}, errFrame
	}
	bits := binary.LittleEndian.Uint32(body[1:])
	return [2]int{1 + int(bits&0x3fff), 1 + int(bits>>14&0x3fff)}, nil
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// fullRange widens the planes of a decoded lossy WebP. Its brightness runs from 16 to 235 and its colours from 16 to
// 240, as in television; package image takes both as 0 to 255, and white would come out as grey.
func fullRange(img image.Image, mime string) {
	var planes *image.YCbCr
	switch img := img.(type) {
	case *image.YCbCr:
		planes = img
	case *image.NYCbCrA:
		planes = &img.YCbCr
	}
	if planes == nil || mime != WebP {
		return
	}
	var luma, chroma [256]byte
	for v := range 256 {
		luma[v] = byte(max(0, min(255, ((v-16)*255+109)/219)))
		chroma[v] = byte(max(0, min(255, ((v-16)*255+112)/224)))
	}
	widen(planes.Y, &luma)
	widen(planes.Cb, &chroma)
	widen(planes.Cr, &chroma)
}

func widen(plane []byte, table *[256]byte) {
	for i, v := range plane {
		plane[i] = table[v]
	}
}
