package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// small returns the picture with the 256 colors that it has most of, and the nearest of
// them in place of others: those are on the edges of texts and lines, where one does not
// see it. It is a third as large.
func small(file []byte) ([]byte, error) {
	from, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	frame := from.Bounds()
	pixels := image.NewRGBA(frame)
	counts := make(map[color.RGBA]int)
	for y := frame.Min.Y; y < frame.Max.Y; y++ {
		for x := frame.Min.X; x < frame.Max.X; x++ {
			c := color.RGBAModel.Convert(from.At(x, y)).(color.RGBA)
			pixels.SetRGBA(x, y, c)
			counts[c]++
		}
	}
	to := image.NewPaletted(frame, most(counts))
	nearest := make(map[color.RGBA]uint8, len(counts))
	for c := range counts {
		nearest[c] = uint8(to.Palette.Index(c))
	}
	for y := frame.Min.Y; y < frame.Max.Y; y++ {
		for x := frame.Min.X; x < frame.Max.X; x++ {
			to.SetColorIndex(x, y, nearest[pixels.RGBAAt(x, y)])
		}
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, to)
	return out.Bytes(), err
}

// most returns the most frequent colors, of those that are almost the same only one.
func most(counts map[color.RGBA]int) color.Palette {
	byCount := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(hash(a), hash(b)))
	})
	taken := make(map[color.RGBA]bool)
	var p color.Palette
	for _, coarse := range []uint8{3, 0} {
		for _, c := range byCount {
			key := color.RGBA{c.R >> coarse, c.G >> coarse, c.B >> coarse, coarse}
			if len(p) < 256 && !taken[key] {
				taken[key] = true
				p = append(p, c)
			}
		}
	}
	return p
}

func hash(c color.RGBA) uint32 {
	return uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)
}
