package picture

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"slices"
	"sync"
	"testing"

	"floresya/internal/demo"
)

// shared is one Cutter for the tests that don't care: compiling the encoder takes seconds under the race detector.
var shared = sync.OnceValue(NewCutter)

func TestVariantsAreTheFourSquares(t *testing.T) {
	want := []struct {
		size string
		side int
	}{{"thumb", 150}, {"small", 300}, {"medium", 600}, {"large", 1200}}
	for name, original := range map[string][]byte{
		"wide jpeg, shrunk":   asJPEG(t, paint(1400, 1210)),
		"tall png, enlarged":  asPNG(t, paint(500, 700)),
		"webp, as it is used": square(t),
	} {
		variants := cut(t, shared(), original)
		for i, v := range variants {
			if v.Size != want[i].size || v.Side != want[i].side {
				t.Errorf("%s: got %s of %d, want %+v", name, v.Size, v.Side, want[i])
			}
			if b := show(t, v).Bounds(); b.Dx() != v.Side || b.Dy() != v.Side {
				t.Errorf("%s %s: got %v", name, v.Size, b)
			}
		}
	}
}

func TestVariantsShowTheMiddle(t *testing.T) {
	img := paint(1500, 500)
	for y := range 500 { // what lies beside the middle square must not be seen
		for x := range 500 {
			img.SetNRGBA(x, y, white)
			img.SetNRGBA(1000+x, y, white)
		}
	}
	for _, v := range cut(t, shared(), asPNG(t, img)) {
		corners(t, show(t, v), [4]color.NRGBA{red, green, blue, yellow})
	}
}

func TestVariantsStandUpright(t *testing.T) {
	// what each orientation makes of red, green / blue, yellow; from the EXIF specification
	want := map[int][4]color.NRGBA{
		0: {red, green, blue, yellow}, // not said
		1: {red, green, blue, yellow},
		2: {green, red, yellow, blue},
		3: {yellow, blue, green, red},
		4: {blue, yellow, red, green},
		5: {red, blue, green, yellow},
		6: {blue, red, yellow, green},
		7: {yellow, green, blue, red},
		8: {green, yellow, red, blue},
		9: {red, green, blue, yellow}, // nonsense
	}
	original, small := asJPEG(t, paint(600, 500)), shrink(paint(16, 16), image.Rect(0, 0, 16, 16), 1)
	for o, quarters := range want {
		order := binary.AppendByteOrder(binary.LittleEndian)
		if o%2 == 0 {
			order = binary.BigEndian
		}
		t.Log("orientation", o) // shown when a corner is wrong
		corners(t, turn(small, orientation(withOrientation(original, o, order))), quarters)
	}
	upright, err := largest(withOrientation(original, 6, binary.BigEndian), JPEG)
	if err != nil {
		t.Fatal(err)
	}
	corners(t, upright, want[6])
}

func TestVariantsStandOnWhite(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 500, 500)) // wholly transparent
	square, err := largest(asPNG(t, img), PNG)
	if err != nil {
		t.Fatal(err)
	}
	corners(t, square, [4]color.NRGBA{white, white, white, white})
}

// A lossy WebP counts brightness from 16 to 235: going through twice must not wash it out.
func TestWebPKeepsItsColours(t *testing.T) {
	once := cut(t, shared(), asPNG(t, paint(600, 600)))
	twice := cut(t, shared(), once[2].Data)
	corners(t, show(t, twice[2]), [4]color.NRGBA{red, green, blue, yellow})
}

// A photograph tells where it was taken; a product picture must not.
func TestVariantsCarryNoMetadata(t *testing.T) {
	original := withOrientation(asJPEG(t, paint(600, 600)), 6, binary.BigEndian)
	for _, v := range cut(t, shared(), original) {
		if bytes.Contains(bytes.ToLower(v.Data), []byte("exif")) {
			t.Errorf("%s carries EXIF", v.Size)
		}
	}
}

func TestVariantsLookLikeTheOriginal(t *testing.T) {
	large, err := demo.Square("gran-ramo", demo.Large)
	if err != nil {
		t.Fatal(err)
	}
	variants := cut(t, shared(), large)
	for i, size := range demo.Sizes() {
		data, err := demo.Square("gran-ramo", size)
		if err != nil {
			t.Fatal(err)
		}
		other := Variant{Data: data} // made by another scaler and another build of the encoder
		if got := difference(show(t, variants[i]), show(t, other)); got > 4 {
			t.Errorf("%s: got a mean difference of %.1f of 255, want at most 4", size, got)
		}
		if got, limit := len(variants[i].Data), 3*len(data)/2; got > limit {
			t.Errorf("%s: got %d bytes, want at most %d", size, got, limit)
		}
	}
}

func TestVariantsRefuse(t *testing.T) {
	whole := asJPEG(t, paint(600, 600))
	cutter := newCutter(t)
	for name, test := range map[string]struct {
		data []byte
		want error
	}{
		"no picture":     {[]byte("<svg/>"), ErrFormat},
		"narrow":         {asPNG(t, paint(499, 600)), ErrSmall},
		"low":            {asPNG(t, paint(600, 499)), ErrSmall},
		"bomb":           {pngHeader(60_000, 60_000), ErrPixels},
		"header only":    {pngHeader(600, 600), ErrBroken},
		"jpeg, cut off":  {whole[:len(whole)/2], ErrBroken},
		"webp, no pixel": {riff(lossyFrame(600, 600)), ErrBroken},
	} {
		if _, err := cutter.Variants(t.Context(), test.data); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestVariantsEndWithTheirContext(t *testing.T) {
	cutter := shared()
	if err := cutter.enter(t.Context()); err != nil { // another picture is being cut
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("caller gone")
	done := make(chan error, 1)
	original := square(t)
	go func() {
		_, err := cutter.Variants(ctx, original)
		done <- err
	}()
	cancel(gone)
	if err := <-done; !errors.Is(err, gone) {
		t.Errorf("got %v, want %v", err, gone)
	}
	cutter.leave()
	cut(t, cutter, original) // and the next is served
}

func TestCutterServesManyAndOutlivesClose(t *testing.T) {
	cutter := newCutter(t)
	original := square(t)
	first := cut(t, cutter, original)
	if err := cutter.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			again, err := cutter.Variants(t.Context(), original)
			if err != nil || !slices.EqualFunc(first[:], again[:], func(a, b Variant) bool { return bytes.Equal(a.Data, b.Data) }) {
				t.Errorf("got %v or other bytes, want the same picture", err)
			}
		})
	}
	wait.Wait()
}

func TestEncoderIsTheOneThatIsDescribed(t *testing.T) {
	const want = "bbcf68343d79d80ba4ce7bb29215b2943711bd0787f68ff31785c6e2bb044459"
	if sum := sha256.Sum256(libwebp); hex.EncodeToString(sum[:]) != want {
		t.Errorf("got libwebp %x, want %s", sum, want)
	}
}

func BenchmarkVariants(b *testing.B) {
	for name, original := range map[string][]byte{"photo=12MP": asJPEG(b, paint(4000, 3000)), "photo=1MP": asJPEG(b, paint(1200, 900))} {
		b.Run(name, func(b *testing.B) {
			cutter := newCutter(b)
			b.ReportAllocs()
			for b.Loop() {
				cut(b, cutter, original)
			}
		})
	}
}

// withOrientation puts an EXIF segment behind the start of a JPEG; o = 0 leaves the tag out.
func withOrientation(jpeg []byte, o int, order binary.AppendByteOrder) []byte {
	tiff := []byte("II*\x00")
	if order.String() == binary.BigEndian.String() {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tag := uint16(orientationTag)
	if o == 0 {
		tag = 0x010f // the camera's maker
	}
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(order.AppendUint16(tiff, tag), 3)
	tiff = order.AppendUint16(order.AppendUint32(tiff, 1), uint16(o))
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte("\xff\xe1"), uint16(2+len(body)))
	return slices.Concat(jpeg[:2], segment, body, jpeg[2:])
}

func corners(t *testing.T, img image.Image, want [4]color.NRGBA) {
	t.Helper()
	side := img.Bounds().Dx()
	near, far := side/8, side-side/8
	for i, at := range []image.Point{{X: near, Y: near}, {X: far, Y: near}, {X: near, Y: far}, {X: far, Y: far}} {
		r, g, b, _ := img.At(at.X, at.Y).RGBA()
		w := want[i]
		if off(r>>8, w.R)+off(g>>8, w.G)+off(b>>8, w.B) > 12 {
			t.Errorf("%d pixels, at %v: got %d %d %d, want %v", side, at, r>>8, g>>8, b>>8, w)
		}
	}
}

func off(got uint32, want uint8) int { return max(int(got)-int(want), int(want)-int(got)) }

// difference is the mean distance of the channels of a and b, 0 to 255.
func difference(a, b image.Image) float64 {
	var sum, n int
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r, g, bl, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			sum += off(r>>8, uint8(r2>>8)) + off(g>>8, uint8(g2>>8)) + off(bl>>8, uint8(b2>>8))
			n += 3
		}
	}
	return float64(sum) / float64(n)
}

func show(tb testing.TB, v Variant) image.Image {
	tb.Helper()
	img, err := decode(v.Data, WebP)
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

func cut(tb testing.TB, cutter *Cutter, original []byte) [4]Variant {
	tb.Helper()
	variants, err := cutter.Variants(tb.Context(), original)
	if err != nil {
		tb.Fatal(err)
	}
	return variants
}

func newCutter(tb testing.TB) *Cutter {
	tb.Helper()
	cutter := NewCutter()
	tb.Cleanup(func() {
		if err := cutter.Close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return cutter
}
