// axe-core finds nothing: light, dark and forced colours, every status, 0, 1, 50 and 1,000 rows, 480 × 360, 200 % text.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import axe from '@axe-core/playwright';

import { stage } from './harness.mjs';
import { scenes } from './scenes.mjs';

const AxeBuilder = axe.default ?? axe;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// What a desktop's text size setting does to a page whose every length is in rem.
const text = (size) => (page) =>
  page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), size);
const sizes = {
  usual: () => undefined,
  'a small window': (page) => page.setViewportSize({ width: 480, height: 360 }),
  'a small window with 200 % text': text('200%'),
  '200 % text': (page) => page.setViewportSize({ width: 1100, height: 720 }),
};
// The other two lie between these.
const ANALYSED = ['usual', 'a small window with 200 % text'];

/** Holds every scene to the rules in one look; a file for each look, so that they run side by side. */
export function hold(look, context) {
  describe(look, () => {
    let it_;
    before(async () => (it_ = await stage()));
    after(() => it_.close());
    for (const [name, [scene, act, query]] of Object.entries(scenes)) {
      it(name, async () => {
        const { page, close } = await it_.open(scene, { query, ...context });
        if (act) await act(page);
        for (const [size, become] of Object.entries(sizes)) {
          // Colours do not change with size: the sizes are walked in light.
          if (look !== 'light' && size !== 'usual') continue;
          await become(page);
          await page.waitForTimeout(150);
          if (ANALYSED.includes(size)) {
            const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
            const found = violations.map(
              (v) => `${size}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join('\n  ')}`,
            );
            assert.deepEqual(found, []);
          }
          const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          assert.ok(wide <= view, `${size}: the page scrolls sideways`);
        }
        await close();
      });
    }
  });
}
