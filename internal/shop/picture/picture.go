// Package picture judges the bytes that people upload and cuts product photographs into the shop's four squares.
//
// Nothing a client declares is believed: [Sniff] looks at the content, and the name of its format decides about
// everything later. A picture is measured before it is decoded, so that a few bytes cannot ask for gigabytes.
// What [Cutter] returns was decoded and encoded anew: no metadata of the camera, no place where it was taken.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// The formats a person may upload.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	WebP = "image/webp"
)

// MaxPixels bounds width × height of an accepted picture: 40 megapixels, more than telephones send.
const MaxPixels = 40_000_000

// MinSide is the least width and height of a product photograph, in pixels.
const MinSide = 500

var (
	// ErrFormat means that the bytes are no JPEG, PNG or still WebP, or that their header is broken.
	ErrFormat = errors.New("not a JPEG, PNG or WebP picture")
	// ErrPixels means that the picture has more than MaxPixels.
	ErrPixels = errors.New("picture has more than 40 megapixels")
	// ErrSmall means that a product photograph is narrower or lower than MinSide.
	ErrSmall = errors.New("picture is smaller than 500 × 500 pixels")
	// ErrBroken means that the header was fine and the pixels behind it were not.
	ErrBroken = errors.New("picture is damaged")
)

// Info is what the header of a picture says, as stored: a camera's rotation is not applied.
type Info struct {
	MIME          string
	Width, Height int
}

// Sniff returns the MIME type that the content has: JPEG, PNG or WebP. It fails with ErrFormat or ErrPixels.
func Sniff(data []byte) (mime string, err error) {
	info, err := Measure(data)
	return info.MIME, err
}

// Measure is Sniff with the size of the picture. It reads headers only.
func Measure(data []byte) (Info, error) {
	mime, config, err := header(data)
	if err != nil {
		return Info{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return Info{}, fmt.Errorf("%w: %d × %d pixels", ErrFormat, config.Width, config.Height)
	}
	if config.Width > MaxPixels/config.Height { // a product could overflow, a quotient cannot
		return Info{}, fmt.Errorf("%w: %d × %d", ErrPixels, config.Width, config.Height)
	}
	return Info{MIME: mime, Width: config.Width, Height: config.Height}, nil
}

// header chooses the decoder by the first bytes. The registry of package image is not asked: what it knows depends
// on what else was imported.
func header(data []byte) (mime string, config image.Config, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		config, err = jpeg.DecodeConfig(bytes.NewReader(data))
		return JPEG, config, err
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		config, err = png.DecodeConfig(bytes.NewReader(data))
		return PNG, config, err
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		if err := stillWebP(data[12:]); err != nil {
			return "", config, err
		}
		config, err = webp.DecodeConfig(bytes.NewReader(data))
		return WebP, config, err
	}
	return "", config, errors.New("unknown first bytes")
}

// decode turns data, whose header was accepted as mime, into pixels.
func decode(data []byte, mime string) (img image.Image, err error) {
	r := bytes.NewReader(data)
	switch mime {
	case JPEG:
		img, err = jpeg.Decode(r)
	case PNG:
		img, err = png.Decode(r)
	case WebP:
		img, err = webp.Decode(r)
	default:
		return nil, ErrFormat
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	fullRange(img, mime)
	return img, nil
}
