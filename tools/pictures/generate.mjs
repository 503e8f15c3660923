// npm ci && npm run gen — draws every picture of the demo shop and cuts its four square sizes.
//
// Same input, same bytes: drawings come from a seeded generator, resvg rasterises without system fonts, libwebp
// encodes in one thread. The versions that decide about bytes are pinned in package-lock.json.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';
import { bouquet, sprig } from './bouquets.mjs';

const demo = new URL('../../internal/demo/', import.meta.url);
const assets = new URL('../../internal/web/assets/files/img/', import.meta.url);
const sizes = { thumb: 150, small: 300, medium: 600, large: 1200 };
const quality = 85;
const budget = 10 * 1024 * 1024;

let count = 0, bytes = 0;
function save(url, content) {
  mkdirSync(new URL('.', url), { recursive: true });
  writeFileSync(url, content);
  count++;
  bytes += content.length;
}

// square cuts the middle out of a 4:5 drawing, as wide as the largest size.
function square(svg) {
  const side = sizes.large;
  const drawn = new Resvg(svg, { fitTo: { mode: 'width', value: side }, font: { loadSystemFonts: false } }).render();
  const raw = { width: drawn.width, height: drawn.height, channels: 4 };
  return sharp(drawn.pixels, { raw })
    .extract({ left: 0, top: Math.floor((drawn.height - side) / 2), width: side, height: side })
    .removeAlpha();
}

sharp.concurrency(1);
rmSync(new URL('pictures/', demo), { recursive: true, force: true });
const catalogue = JSON.parse(readFileSync(new URL('catalogue.json', import.meta.url)));
for (const { slug, illustration } of catalogue) {
  const svg = bouquet(illustration);
  save(new URL(`pictures/drawing/${slug}.svg`, demo), svg);
  const large = square(svg);
  for (const [size, side] of Object.entries(sizes)) {
    const cut = large.clone().resize(side, side, { kernel: 'lanczos3' }).webp({ quality, effort: 6 });
    save(new URL(`pictures/${size}/${slug}.webp`, demo), await cut.toBuffer());
  }
}
// the shop's own source holds what it sells; how a bouquet is drawn stays here
const sold = catalogue.map(({ illustration, image, palette, ...product }) => product);
save(new URL('catalogue.json', demo), JSON.stringify(sold, null, '\t') + '\n');

// the hero stands free on a CSS arch: no scene, tighter frame
const hero = bouquet({ species: ['peonia@coral', 'rosa@palido', 'ranunculo@durazno', 'eucalipto'], palette: 'rubor', wrap: 'jarron', size: 'l', seed: 'hero-4', bare: true, vase: '#2f5a4c' });
save(new URL('hero.svg', assets), hero.replace('viewBox="0 0 800 1000"', 'viewBox="20 44 760 856"'));
const band = bouquet({ species: ['rosa@durazno', 'dalia@coral', 'bayas', 'eucalipto'], palette: 'noche', wrap: 'jarron', size: 'l', seed: 'band2', bare: true, vase: '#d8a45c' });
save(new URL('banda.svg', assets), band.replace('viewBox="0 0 800 1000"', 'viewBox="60 40 680 860"'));
for (const [name, palette] of [['eucalipto', 'salvia'], ['helecho', 'rubor'], ['gypsophila', 'salvia'], ['lavanda', 'lavanda'], ['ruscus', 'rubor']])
  save(new URL(`rama-${name}.svg`, assets), sprig({ name, palette, seed: 3 }));

if (bytes > budget) throw new Error(`${bytes} bytes of pictures, more than the ${budget} that may be committed`);
console.log(`${count} files, ${(bytes / 1024 / 1024).toFixed(1)} MiB`);
