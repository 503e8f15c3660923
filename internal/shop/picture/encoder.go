package picture

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

//go:embed libwebp/webp.wasm.gz
var libwebp []byte

const (
	quality   = 85
	method    = 4    // of libwebp: 0 fast … 6 small
	pageLimit = 2048 // of 64 KiB: the encoder may use 128 MiB
)

// Cutter cuts product photographs. It holds the compiled WebP encoder from the first use until Close. Safe for
// concurrent use.
type Cutter struct {
	// turn holds a token while a picture is cut; it also guards the fields below.
	turn    chan struct{}
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

// NewCutter returns a Cutter that has done nothing yet.
func NewCutter() *Cutter { return &Cutter{turn: make(chan struct{}, 1)} }

// Close waits for the picture being cut and frees the encoder. A later Variants compiles it again.
func (c *Cutter) Close(ctx context.Context) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	defer c.leave()
	if c.runtime == nil {
		return nil
	}
	err := c.runtime.Close(ctx)
	c.runtime, c.module = nil, nil
	return err
}

func (c *Cutter) enter(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for another picture to be cut: %w", context.Cause(ctx))
	}
}

func (c *Cutter) leave() { <-c.turn }

// encoder is one instance of libwebp with a memory of its own, which close gives back whatever happened inside.
type encoder struct {
	module            api.Module
	malloc, free, run api.Function
}

// encoder starts an instance, and compiles the module before the first one.
func (c *Cutter) encoder(ctx context.Context) (*encoder, error) {
	if c.runtime == nil {
		if err := c.compile(ctx); err != nil {
			return nil, fmt.Errorf("compile the WebP encoder: %w", err)
		}
	}
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize")
	module, err := c.runtime.InstantiateModule(ctx, c.module, config)
	if err != nil {
		return nil, fmt.Errorf("start the WebP encoder: %w", err)
	}
	return &encoder{
		module: module,
		malloc: module.ExportedFunction("malloc"),
		free:   module.ExportedFunction("free"),
		run:    module.ExportedFunction("encode"),
	}, nil
}

// compile needs about a fifth of a second. The module imports nothing: it can compute and nothing else. It cannot be
// interrupted either, which would make it three times slower; a square of bounded size bounds the time as well.
func (c *Cutter) compile(ctx context.Context) error {
	packed, err := gzip.NewReader(bytes.NewReader(libwebp))
	if err != nil {
		return err
	}
	wasm, err := io.ReadAll(packed)
	if err != nil {
		return err
	}
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(pageLimit)
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	module, err := runtime.CompileModule(ctx, wasm)
	if err != nil {
		return errors.Join(err, runtime.Close(ctx))
	}
	c.runtime, c.module = runtime, module
	return nil
}

// encode returns img, which must be opaque, as WebP. An encoder is of no use after an error.
func (e *encoder) encode(ctx context.Context, img *image.RGBA) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	pixels, err := e.allocate(ctx, len(img.Pix))
	if err != nil {
		return nil, err
	}
	sizeAt, err := e.allocate(ctx, 4)
	if err != nil {
		return nil, err
	}
	memory := e.module.Memory()
	if !memory.Write(pixels, img.Pix) || !memory.WriteUint32Le(sizeAt, 0) {
		return nil, errors.New("write outside the encoder's memory")
	}
	const rgba, lossy, inexact = 0, 0, 0
	width, height := uint64(img.Rect.Dx()), uint64(img.Rect.Dy())
	result, err := e.run.Call(ctx, uint64(pixels), width, height, uint64(sizeAt), rgba, quality, method, lossy, inexact)
	if err != nil {
		return nil, err
	}
	at := uint32(result[0])
	size, ok := memory.ReadUint32Le(sizeAt)
	if at == 0 || !ok || size == 0 {
		return nil, errors.New("the WebP encoder refused the pixels")
	}
	view, ok := memory.Read(at, size)
	if !ok {
		return nil, errors.New("read outside the encoder's memory")
	}
	data := bytes.Clone(view) // view is the instance's memory and goes with it
	for _, p := range []uint32{pixels, sizeAt, at} {
		if _, err := e.free.Call(ctx, uint64(p)); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func (e *encoder) allocate(ctx context.Context, size int) (uint32, error) {
	result, err := e.malloc.Call(ctx, uint64(size))
	if err != nil {
		return 0, err
	}
	if result[0] == 0 {
		return 0, fmt.Errorf("the WebP encoder has no memory for %d bytes", size)
	}
	return uint32(result[0]), nil
}

// close frees the instance's memory; there is no outside that it could fail at.
func (e *encoder) close() { _ = e.module.Close(context.Background()) }
