// axe-core finds nothing: light, dark, and forced colours of either kind, every status, 0, 1, 50 and 1,000 rows, 480 × 360, 200 % text.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import axe from '@axe-core/playwright';

import { it, stage } from './harness.mjs';
import { scenes } from './scenes.mjs';

const AxeBuilder = axe.default ?? axe;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// What may differ from look to look.
const COLOURS = ['color-contrast', 'link-in-text-block'];

const looks = {
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  'forced colours, dark': { colorScheme: 'dark', forcedColors: 'active' },
  'forced colours, light': { colorScheme: 'light', forcedColors: 'active' },
};
// What a desktop's text size setting does to a page whose every length is in rem.
const text = (size) => (page) =>
  page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), size);
const sizes = {
  'a small window': (page) => page.setViewportSize({ width: 480, height: 360 }),
  'a small window with 200 % text': text('200%'),
  '200 % text': (page) => page.setViewportSize({ width: 1100, height: 720 }),
};
// The other two lie between this and the usual size.
const ANALYSED = 'a small window with 200 % text';

async function analyse(page, state, rules = null) {
  // Without frames there is nothing to gather in a page of its own.
  const builder = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (rules ? builder.withRules(rules) : builder.withTags(TAGS)).analyze();
  const found = violations.map((v) => `${state}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join('\n  ')}`);
  assert.deepEqual(found, []);
}

/** When colours and lengths no longer move. */
const settled = (page) =>
  page.evaluate(() => {
    const ends = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(ends.map(({ finished }) => finished));
  });

/** Holds every `parts`th scene to the rules, from the `part`th on: the parts run side by side. */
export function hold(part, parts) {
  describe(`part ${part} of ${parts}`, () => {
    let it_;
    before(async () => (it_ = await stage()));
    after(() => it_.close());
    for (const [name, [scene, act, query]] of Object.entries(scenes).filter((_, nth) => nth % parts === part - 1)) {
      it(name, async () => {
        const { page, close } = await it_.open(scene, { query });
        if (act) await act(page);
        await settled(page);
        await analyse(page, 'light');
        for (const [look, media] of Object.entries(looks)) {
          await page.emulateMedia(media);
          await settled(page);
          await analyse(page, look, COLOURS);
        }
        await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
        for (const [size, become] of Object.entries(sizes)) {
          await become(page);
          await settled(page);
          if (size === ANALYSED) await analyse(page, size);
          const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
          assert.ok(wide <= view, `${size}: the page scrolls sideways`);
        }
        await close();
      });
    }
  });
}
