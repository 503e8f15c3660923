package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

const orientationTag = 0x0112

// orientation returns how a JPEG wants to be turned, 1 to 8 as EXIF counts; 1 (as it is) when it does not say or
// says it wrongly. Telephones store what the sensor saw and leave the turning to the viewer.
func orientation(jpeg []byte) int {
	for rest := jpeg[min(2, len(jpeg)):]; len(rest) >= 4 && rest[0] == 0xff; {
		marker, size := rest[1], int(binary.BigEndian.Uint16(rest[2:4]))
		if marker == 0xda || size < 2 || size > len(rest)-2 { // pixels begin, or nonsense
			return 1
		}
		body := rest[4 : 2+size]
		if marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		rest = rest[2+size:]
	}
	return 1
}

// tiffOrientation looks through the first directory of the TIFF file that EXIF is.
func tiffOrientation(tiff []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := uint64(order.Uint32(tiff[4:8]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := int(order.Uint16(tiff[at : at+2]))
	for dir := tiff[at+2:]; entries > 0 && len(dir) >= 12; entries, dir = entries-1, dir[12:] {
		if order.Uint16(dir) != orientationTag {
			continue
		}
		if v := int(order.Uint16(dir[8:])); v >= 1 && v <= 8 {
			return v
		}
		return 1
	}
	return 1
}

// turn brings a square into the position that orientation o asks for.
func turn(src *image.RGBA, o int) *image.RGBA {
	if o <= 1 || o > 8 {
		return src
	}
	last := src.Rect.Dx() - 1
	dst := image.NewRGBA(src.Rect)
	for y := range last + 1 {
		for x := range last + 1 {
			fx, fy := x, y // where the pixel of x, y comes from
			switch o {
			case 2:
				fx = last - x
			case 3:
				fx, fy = last-x, last-y
			case 4:
				fy = last - y
			case 5:
				fx, fy = y, x
			case 6:
				fx, fy = y, last-x
			case 7:
				fx, fy = last-y, last-x
			case 8:
				fx, fy = last-y, x
			}
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(fx, fy):][:4])
		}
	}
	return dst
}
