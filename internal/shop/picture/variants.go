package picture

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"

	scale "golang.org/x/image/draw"
)

// sizes are the squares every product picture is kept in, smallest first. Each is half of the next, which
// Variants relies on.
var sizes = [4]struct {
	name string
	side int
}{{"thumb", 150}, {"small", 300}, {"medium", 600}, {"large", 1200}}

// Variant is one of the four squares of a product picture.
type Variant struct {
	Size string // thumb, small, medium or large
	Side int    // width and height in pixels
	Data []byte // WebP
}

// Variants cuts the largest square out of the middle of original, a JPEG, PNG or WebP file, and returns it as
// thumb, small, medium and large, in this order, WebP of quality 85. Rotation by a camera is applied, transparency
// stands on white, metadata is left behind; a picture narrower than large is enlarged.
//
// It fails with ErrFormat, ErrPixels, ErrSmall or ErrBroken when the picture is at fault. Pictures are cut one at a
// time, because one may need a few hundred megabytes for a moment; the others wait until ctx ends. An end of
// ctx is noticed between two squares, so within half a second.
func (c *Cutter) Variants(ctx context.Context, original []byte) ([4]Variant, error) {
	var variants [4]Variant
	info, err := Measure(original)
	if err != nil {
		return variants, err
	}
	if info.Width < MinSide || info.Height < MinSide {
		return variants, fmt.Errorf("%w: %d × %d", ErrSmall, info.Width, info.Height)
	}
	if err := c.enter(ctx); err != nil {
		return variants, err
	}
	defer c.leave()

	square, err := largest(original, info.MIME)
	if err != nil {
		return variants, err
	}
	encoder, err := c.encoder(ctx)
	if err != nil {
		return variants, err
	}
	defer encoder.close()
	for i := len(sizes) - 1; i >= 0; i-- {
		data, err := encoder.encode(ctx, square)
		if err != nil {
			return [4]Variant{}, fmt.Errorf("encode %s: %w", sizes[i].name, err)
		}
		variants[i] = Variant{Size: sizes[i].name, Side: sizes[i].side, Data: data}
		square = shrink(square, square.Rect, 2)
	}
	return variants, nil
}

// largest decodes original and returns its middle as an upright square with the side of the largest size.
func largest(original []byte, mime string) (*image.RGBA, error) {
	img, err := decode(original, mime)
	if err != nil {
		return nil, err
	}
	side := sizes[len(sizes)-1].side
	middle := centre(img.Bounds())
	rough := shrink(img, middle, max(1, middle.Dx()/side))
	square := image.NewRGBA(image.Rect(0, 0, side, side))
	scale.CatmullRom.Scale(square, square.Rect, rough, rough.Rect, draw.Src, nil)
	if mime == JPEG {
		square = turn(square, orientation(original))
	}
	return square, nil
}

// centre returns the largest square in the middle of r.
func centre(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	corner := r.Min.Add(image.Pt((r.Dx()-side)/2, (r.Dy()-side)/2))
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(side, side))}
}

// shrink draws the square from of img on white and returns it k times smaller, every pixel the mean of k × k; what
// does not fill a whole block at the right and below falls away. It holds k lines of img at a time: scaling 40
// megapixels in one go would take memory by the gigabyte.
func shrink(img image.Image, from image.Rectangle, k int) *image.RGBA {
	side := from.Dx() / k
	dst := image.NewRGBA(image.Rect(0, 0, side, side))
	strip := image.NewRGBA(image.Rect(0, 0, side*k, k))
	for y := range side {
		draw.Draw(strip, strip.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(strip, strip.Rect, img, from.Min.Add(image.Pt(0, y*k)), draw.Over)
		meanLine(dst.Pix[y*dst.Stride:], strip, k)
	}
	return dst
}

// meanLine fills line with the means of the k × k blocks of strip.
func meanLine(line []byte, strip *image.RGBA, k int) {
	half, area := k*k/2, k*k
	for x := range strip.Rect.Dx() / k {
		var sum [4]int
		for dy := range k {
			block := strip.Pix[dy*strip.Stride+4*k*x:][:4*k]
			for i := 0; i < len(block); i += 4 {
				sum[0] += int(block[i])
				sum[1] += int(block[i+1])
				sum[2] += int(block[i+2])
				sum[3] += int(block[i+3])
			}
		}
		for channel, s := range sum {
			line[4*x+channel] = byte((s + half) / area)
		}
	}
}
