package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

//go:embed page
var page embed.FS

// width of a picture in pixels: the dashboard is made for screens of 1280.
const width = 1280

// A browser is Chromium with the page that draws.
type browser struct {
	ctx    context.Context
	cancel []func()
}

// open starts Chromium, and serves it the page, and what npm has installed in the
// directory modules.
func open(ctx context.Context, chromium, modules string) (*browser, error) {
	if _, err := os.Stat(filepath.Join(modules, "echarts")); err != nil {
		return nil, fmt.Errorf("%w: npm ci --ignore-scripts in tools/pictures brings it", err)
	}
	files, err := fs.Sub(page, "page")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.Handle("GET /modules/", http.StripPrefix("/modules/", http.FileServer(http.Dir(modules))))
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()

	b := &browser{cancel: []func(){func() { _ = server.Close() }}}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(ctx, options...)
	b.cancel = append(b.cancel, cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	b.cancel = append(b.cancel, cancel)
	if err := chromedp.Do(b.ctx, chromedp.Navigate("http://"+listener.Addr().String()+"/")); err != nil {
		b.close()
		return nil, fmt.Errorf("%s: %w", chromium, err)
	}
	return b, nil
}

// close ends Chromium.
func (b *browser) close() {
	for i := len(b.cancel) - 1; i >= 0; i-- {
		b.cancel[i]()
	}
}

// draw returns the picture as PNG, and what the page has seen of each panel in it.
func (b *browser) draw(d drawing) (png []byte, seen []report, err error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, nil, err
	}
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 800)); err != nil {
		return nil, nil, err
	}
	height, err := chromedp.Run(b.ctx, chromedp.Evaluate[int64]("draw("+string(text)+")", chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, nil, fmt.Errorf("the page: %w", err)
	}
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, height)); err != nil {
		return nil, nil, err
	}
	if seen, err = chromedp.Run(b.ctx, chromedp.Evaluate[[]report]("look()", chromedp.EvalAwaitPromise)); err != nil {
		return nil, nil, fmt.Errorf("the page: %w", err)
	}
	if png, err = chromedp.Run(b.ctx, chromedp.CaptureScreenshot()); err != nil {
		return nil, nil, err
	}
	png, err = small(png)
	return png, seen, err
}
