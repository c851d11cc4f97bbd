// Pictures of every view and state, to be looked at: target/shots/. `--in=de` tells them in German.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { stage } from './harness.mjs';
import { scenes, speak } from './scenes.mjs';

const folder = fileURLToPath(new URL('../../../target/shots/', import.meta.url));
await mkdir(folder, { recursive: true });

const sizes = { wide: [1280, 800], usual: [1000, 680], small: [480, 360] };
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const language = process.argv.find((word) => word.startsWith('--in='))?.slice(5);
const it = await stage();
for (const [name, [scene, act, query]] of Object.entries(scenes)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, [width, height]] of Object.entries(sizes)) {
      const { page, close } = await it.open(scene, { query, colorScheme, viewport: { width, height } });
      if (act) await act(page);
      if (language) await speak(page, language);
      await page.waitForTimeout(350);
      await page.screenshot({ path: `${folder}${name}-${language ? `${language}-` : ''}${colorScheme}-${size}.png` });
      await close();
    }
  }
}
await it.close();
