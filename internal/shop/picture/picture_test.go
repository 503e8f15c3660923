package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"floresya/internal/demo"
)

func TestSniffBelievesTheContentOnly(t *testing.T) {
	photo := paint(640, 480)
	for name, test := range map[string]struct {
		data []byte
		want Info
	}{
		"jpeg":          {asJPEG(t, photo), Info{JPEG, 640, 480}},
		"png":           {asPNG(t, photo), Info{PNG, 640, 480}},
		"lossy webp":    {square(t), Info{WebP, 600, 600}},
		"lossless webp": {losslessWebP, Info{WebP, 1, 1}},
		"extended webp": {extended(640, 480, 0, lossyFrame(640, 480)), Info{WebP, 640, 480}},
	} {
		got, err := Measure(test.data)
		if err != nil || got != test.want {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, test.want)
		}
		if mime, err := Sniff(test.data); err != nil || mime != test.want.MIME {
			t.Errorf("%s: got %q, %v; want %q", name, mime, err, test.want.MIME)
		}
	}
}

func TestSniffRefuses(t *testing.T) {
	whole := asJPEG(t, paint(600, 600))
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":             {nil, ErrFormat},
		"html":                {[]byte("<!doctype html><script>alert(1)</script>"), ErrFormat},
		"svg":                 {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ErrFormat},
		"pdf":                 {[]byte("%PDF-1.7\n"), ErrFormat},
		"gif":                 {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), ErrFormat},
		"jpeg, cut off":       {whole[:20], ErrFormat},
		"png, magic only":     {[]byte("\x89PNG\r\n\x1a\n"), ErrFormat},
		"webp, header only":   {[]byte("RIFF\x04\x00\x00\x00WEBP"), ErrFormat},
		"webp, animated":      {extended(8, 8, 0x02, lossyFrame(8, 8)), ErrFormat},
		"webp, hidden frame":  {extended(8, 8, 0, lossyFrame(16383, 16383)), ErrFormat},
		"webp, chunk too big": {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 \xff\xff\xff\xff\x00\x00\x00\x00"), ErrFormat},
		"png bomb":            {pngHeader(60_000, 60_000), ErrPixels},
		"png bomb, overflow":  {pngHeader(0x7fffffff, 0x7fffffff), ErrFormat}, // the decoder's own limit comes first
		"png, one too many":   {pngHeader(MaxPixels+1, 1), ErrPixels},
		"webp bomb":           {riff(lossyFrame(16383, 16383)), ErrPixels},
		"jpeg bomb":           {jpegHeader(t, 65_500, 65_500), ErrPixels},
	} {
		if _, err := Sniff(test.data); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	if _, err := Sniff(pngHeader(MaxPixels/1000, 1000)); err != nil {
		t.Errorf("exactly MaxPixels: %v", err)
	}
}

// FuzzSniff: no panic, and what is accepted stays inside the limits when it is really decoded.
func FuzzSniff(f *testing.F) {
	small := image.NewGray(image.Rect(0, 0, 3, 2))
	f.Add(asJPEG(f, small))
	f.Add(asPNG(f, small))
	f.Add(losslessWebP)
	f.Add(riff(lossyFrame(3, 2)))
	f.Add(extended(3, 2, 0, lossyFrame(3, 2)))
	f.Add(withOrientation(asJPEG(f, small), 6, binary.BigEndian))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := orientation(data); o < 1 || o > 8 {
			t.Errorf("got orientation %d", o)
		}
		info, err := Measure(data)
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrPixels) {
				t.Errorf("got %v, want one of the package's errors", err)
			}
			return
		}
		if info.Width*info.Height > 1<<16 { // decoding is the oracle, not the subject
			return
		}
		img, err := decode(data, info.MIME)
		if err != nil {
			return
		}
		if b := img.Bounds(); b.Dx() != info.Width || b.Dy() != info.Height {
			t.Errorf("got %v decoded, %+v measured", b, info)
		}
	})
}

// losslessWebP is one red pixel.
var losslessWebP = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\xfd\x8f\xfe\x07\x22\xa2\xff\x01\x00")

// lossyFrame is the head of a key frame of width × height, without the pixels.
func lossyFrame(width, height int) []byte {
	frame := []byte{'V', 'P', '8', ' ', 10, 0, 0, 0, 0x10, 0, 0, 0x9d, 0x01, 0x2a}
	frame = binary.LittleEndian.AppendUint16(frame, uint16(width))
	return binary.LittleEndian.AppendUint16(frame, uint16(height))
}

func extended(width, height int, flags byte, frame []byte) []byte {
	head := []byte{'V', 'P', '8', 'X', 10, 0, 0, 0, flags, 0, 0, 0}
	w, h := width-1, height-1
	head = append(head, byte(w), byte(w>>8), byte(w>>16), byte(h), byte(h>>8), byte(h>>16))
	return riff(append(head, frame...))
}

func riff(chunks []byte) []byte {
	head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(chunks)))
	return append(append(head, "WEBP"...), chunks...)
}

// pngHeader announces width × height grey pixels and sends none.
func pngHeader(width, height uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	ihdr = append(binary.BigEndian.AppendUint32(ihdr, height), 8, 0, 0, 0, 0)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(ihdr))
}

// jpegHeader is a small photograph whose frame header lies about its size.
func jpegHeader(t *testing.T, width, height uint16) []byte {
	t.Helper()
	data := asJPEG(t, paint(16, 16))
	at := bytes.Index(data, []byte("\xff\xc0"))
	binary.BigEndian.PutUint16(data[at+5:], height)
	binary.BigEndian.PutUint16(data[at+7:], width)
	return data
}

// paint makes a picture whose corners can be told apart: red, green, blue and yellow quarters.
func paint(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	quarters := [2][2]color.NRGBA{{red, green}, {blue, yellow}}
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, quarters[2*y/height][2*x/width])
		}
	}
	return img
}

var (
	red    = color.NRGBA{R: 220, A: 255}
	green  = color.NRGBA{G: 180, A: 255}
	blue   = color.NRGBA{B: 220, A: 255}
	yellow = color.NRGBA{R: 230, G: 220, A: 255}
	white  = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
)

func asJPEG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func square(tb testing.TB) []byte {
	tb.Helper()
	data, err := demo.Square("doce-razones", demo.Medium)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}
