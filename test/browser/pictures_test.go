package browser

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"floresya/internal/web/lang"
	"floresya/test/chrome"
)

var update = flag.Bool("update", false, "take the pictures in docs/img again")

const pictures = "../../docs/img"

// TestScreenshots takes a picture of each page for a desk and for a phone when it is told to; otherwise it looks that they
// are there.
func TestScreenshots(t *testing.T) {
	if !*update {
		picturesAreThere(t)
		return
	}
	w := newWorld(t)
	for _, p := range w.shopPages() {
		if p.pictured {
			w.take(w.shopper, p)
		}
	}
	for _, p := range w.officePages() {
		if p.pictured {
			w.take(w.florist, p)
		}
	}
	w.take(w.shopper, page{name: "home-en", path: "/en"})
	w.take(w.shopper, page{name: "oficina-entrar", path: "/oficina/entrar"})
}

// picturesAreThere: the README shows one, and all together stay small.
func picturesAreThere(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(pictures, "*.png"))
	if err != nil || !slices.Contains(files, filepath.Join(pictures, "home-1280.png")) {
		t.Errorf("docs/img has no home-1280.png: %v", err)
	}
	size := int64(0)
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if size > 6<<20 {
		t.Errorf("docs/img is %d bytes, want at most 6 MiB", size)
	}
}

// take writes the two pictures of a page.
func (w *world) take(p *chrome.Tab, which page) {
	w.t.Helper()
	for _, size := range [][2]int64{{1280, 900}, {390, 844}} {
		p.Size(size[0], size[1])
		if which.before != nil {
			which.before(p)
		}
		p.Go(w.url + which.in(lang.ES))
		// As high as the page is, what clings to an edge of the window does not cover its middle.
		p.Size(size[0], max(size[1], chrome.Script[int64](p, `document.documentElement.scrollHeight`)))
		w.settle(p)
		write(w.t, filepath.Join(pictures, fmt.Sprintf("%s-%d.png", which.name, size[0])), p.Picture())
	}
}

// settle waits for fonts and for all pictures of a page, also those far down.
func (w *world) settle(p *chrome.Tab) {
	w.t.Helper()
	chrome.Script[chrome.Void](p, `(async () => {
		for (const i of document.images) i.loading = 'eager';
		await document.fonts.ready;
		await Promise.all([...document.images].map(i => i.decode().catch(() => {})));
		await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
	})()`)
}

// write stores a picture with the 256 colours it needs most.
func write(t testing.TB, name string, shot []byte) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	reduced := image.NewPaletted(img.Bounds(), palette(img))
	draw.Draw(reduced, img.Bounds(), img, img.Bounds().Min, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, reduced); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// palette finds colours by cutting the box with the widest spread at its middle, again and again (median cut).
func palette(img image.Image) color.Palette {
	seen := map[color.RGBA]int{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}]++
		}
	}
	all := make(box, 0, len(seen))
	for c, n := range seen {
		all = append(all, shade{[3]uint8{c.R, c.G, c.B}, n})
	}
	slices.SortFunc(all, func(a, b shade) int { return bytes.Compare(a.rgb[:], b.rgb[:]) })
	boxes := []box{all}
	for len(boxes) < 256 {
		at := 0
		for i := range boxes {
			if boxes[i].spread() > boxes[at].spread() {
				at = i
			}
		}
		if boxes[at].spread() == 0 {
			break
		}
		low, high := boxes[at].cut()
		boxes[at] = low
		boxes = append(boxes, high)
	}
	colours := make(color.Palette, len(boxes))
	for i, b := range boxes {
		colours[i] = b.mean()
	}
	return colours
}

type shade struct {
	rgb [3]uint8
	n   int
}

type box []shade

func (b box) widest() (channel, width int) {
	for c := range 3 {
		low, high := 255, 0
		for _, s := range b {
			low, high = min(low, int(s.rgb[c])), max(high, int(s.rgb[c]))
		}
		if high-low > width {
			channel, width = c, high-low
		}
	}
	return channel, width
}

// spread weighs how different a box's colours are by how much of the picture they cover, the latter less.
func (b box) spread() int {
	n := 0
	for _, s := range b {
		n += s.n
	}
	_, width := b.widest()
	return width * width * (len(b) + min(n, 20_000))
}

func (b box) cut() (low, high box) {
	channel, _ := b.widest()
	slices.SortStableFunc(b, func(x, y shade) int { return int(x.rgb[channel]) - int(y.rgb[channel]) })
	half, at := 0, 0
	for _, s := range b {
		half += s.n
	}
	for n := 0; at < len(b)-2 && n+b[at].n <= half/2; at++ {
		n += b[at].n
	}
	return b[:at+1], b[at+1:]
}

func (b box) mean() color.Color {
	var sum [3]int
	n := 0
	for _, s := range b {
		for c := range 3 {
			sum[c] += int(s.rgb[c]) * s.n
		}
		n += s.n
	}
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255}
}
