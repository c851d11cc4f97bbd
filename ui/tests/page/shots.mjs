// Pictures of every view and state. `npm run shots`: all, as they are now, to be looked at, in target/shots/; names choose
// some, `--in=de` tells them in German. `cargo xtask gallery`: those that the documentation shows, in docs/images/gallery/.

import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { stage } from './harness.mjs';
import { gallery, scenes, speak } from './scenes.mjs';

const option = (name) => process.argv.find((word) => word.split('=')[0] === `--${name}`);
const language = option('in')?.slice('--in='.length);

/** Lossless, so that text stays crisp, and still a third of a PNG. */
const small = (png) =>
  execFileSync('convert', 'png:- -strip -define webp:lossless=true -define webp:method=6 webp:-'.split(' '), {
    input: png,
  });

const schemes = { light: { colorScheme: 'light' }, dark: { colorScheme: 'dark' } };
const all = {
  folder: '../../../target/shots/',
  names: Object.keys(scenes),
  sizes: { '-wide': [1280, 800], '-usual': [1000, 680], '-small': [480, 360] },
  themes: { ...schemes, contrast: { colorScheme: 'dark', forcedColors: 'active' } },
  draw: async (page) => {
    await page.waitForTimeout(350);
    return page.screenshot();
  },
  ending: 'png',
};
/** The clock stands, so that a second run changes only what has changed. */
const chosen = {
  folder: '../../../docs/images/gallery/',
  names: gallery,
  sizes: { '': [1100, 720] },
  themes: schemes,
  world: { clock: '2026-11-20T12:00:00Z', timezoneId: 'UTC', locale: 'en-GB' },
  draw: async (page) => {
    await page.waitForTimeout(350);
    await page.clock.pauseAt('2026-11-20T12:00:08Z');
    return small(await page.screenshot());
  },
  ending: 'webp',
};

const { folder, names, sizes, themes, world, draw, ending } = option('gallery') ? chosen : all;
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const target = fileURLToPath(new URL(folder, import.meta.url));
if (option('gallery') && only.length === 0) await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

const it = await stage();
for (const name of names) {
  if (only.length > 0 && !only.includes(name)) continue;
  const [scene, act, query] = scenes[name];
  for (const [theme, media] of Object.entries(themes)) {
    for (const [size, [width, height]] of Object.entries(sizes)) {
      const { page, close } = await it.open(scene, { ...world, ...media, query, viewport: { width, height } });
      if (act) await act(page);
      if (language) await speak(page, language);
      const file = [name, language, `${theme}${size}`].filter(Boolean).join('-');
      await writeFile(`${target}${file}.${ending}`, await draw(page));
      await close();
    }
  }
}
await it.close();
