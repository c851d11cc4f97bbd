// The page in two languages that nobody speaks, and in German. In the first every sentence is bracketed, accented and
// longer: what has no brackets is in no catalog, and what is too small shows. In the second it runs from right to left.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { scenes, speak } from './scenes.mjs';

const sizes = { wide: [1280, 800], usual: [1000, 680], small: [480, 360] };

let it_;
/** Everything the made-up engine can say: names, addresses, its own sentences. */
let data;
before(async () => {
  it_ = await stage();
  const file = (name) => readFile(new URL(`../../src/lib/ipc/${name}`, import.meta.url), 'utf8');
  const providers = new URL('../../../providers/', import.meta.url);
  const shipped = (await readdir(providers)).map((name) => readFile(new URL(name, providers), 'utf8'));
  const ipc = await readdir(new URL('../../src/lib/ipc/', import.meta.url));
  const fakes = ipc.filter((name) => name.startsWith('fake')).map(file);
  data = (await Promise.all([...fakes, ...shipped])).join('\n');
});
after(() => it_.close());

/** What is read, seen or heard, each text by itself. */
const words = () =>
  [...document.querySelectorAll('body *')].flatMap((element) => {
    const said = ['aria-label', 'title', 'placeholder', 'alt'].map((name) => element.getAttribute(name));
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    // What was announced in the language before.
    if (element.matches('.sr-only[role="status"]')) return [];
    const isData = element.closest('code, pre, kbd, time, q, .mono, textarea, [lang]:not(html)') !== null;
    return [...said, ...(isData ? [] : own.map((node) => node.data))].filter((text) => /\p{L}{2}/u.test(text ?? ''));
  });

/** Text that is cut off without a sign, and controls that lie on one another or beside the window. */
const faults = () => {
  const found = [];
  const name = (element) => `${element.tagName.toLowerCase()} “${element.textContent.trim().slice(0, 40)}”`;
  const shown = (element) => element.checkVisibility() && element.closest('.sr-only') === null;
  for (const element of document.querySelectorAll('body *')) {
    if (!shown(element) || element.children.length > 0 || element.textContent.trim() === '') continue;
    const { overflowX, textOverflow } = getComputedStyle(element);
    if (!['hidden', 'clip'].includes(overflowX) || textOverflow === 'ellipsis') continue;
    if (element.scrollWidth > element.clientWidth + 1) found.push(`${name(element)} is cut off`);
  }
  const top = document.querySelector('dialog[open]') ?? document;
  // Notices lie over the page, and are dismissed; the rows under the bar of several are scrolled out from under it.
  const controls = [...top.querySelectorAll('button, a, input:not([type="radio"], [type="file"]), select, legend')]
    .filter((element) => shown(element) && element.closest('.notices, .bar') === null)
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([element, box]) => {
      // Only what lies in its scroller's window.
      const clip = element.closest('[role="grid"], main, aside, dialog')?.getBoundingClientRect();
      return box.width > 0 && (!clip || (box.top >= clip.top - 1 && box.bottom <= clip.bottom + 1));
    });
  for (const [index, [one, a]] of controls.entries()) {
    // In a small window the chips are one line that scrolls.
    const leaves = a.left < -1 || a.right > innerWidth + 1;
    if (leaves && !one.closest('.chips')) found.push(`${name(one)} leaves the window`);
    for (const [other, b] of controls.slice(index + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 1) found.push(`${name(one)} lies on ${name(other)}`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
  return found;
};

async function inAllSizes(page, language, check) {
  for (const [size, [width, height]] of Object.entries(sizes)) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(60);
    assert.deepEqual(await page.evaluate(check), [], `${language}, ${size}`);
  }
}

/** Values that read from left to right everywhere. */
const turned = () =>
  [...document.querySelectorAll('code, pre, time, .mono')]
    .filter((element) => getComputedStyle(element).direction !== 'ltr')
    .map((element) => element.outerHTML.slice(0, 120));

describe('every view and state', () => {
  for (const [name, [scene, act, query]] of Object.entries(scenes)) {
    it(name, async () => {
      const { page, close } = await it_.open(scene, { query });
      if (act) await act(page);

      await speak(page, 'pseudo');
      const known = data + (await page.evaluate(() => JSON.stringify(__fake.views())));
      // A sentence of the engine may begin with a value.
      const isData = (words) =>
        known.includes(words) ||
        (words.length > 60 && known.includes(words.slice(-30))) ||
        /^(Tokenrack|English|Deutsch|\p{Lu}{2}|clipboard, \w+|\p{Lu}\p{Ll}{2} \d{1,2})$/u.test(words);
      const strangers = async () =>
        (await page.evaluate(words)).filter((text) => !text.includes('⟦') && !text.trim().split(' · ').every(isData));
      // A part of a view that reads its own data says it anew when that has come.
      let found = await strangers();
      for (let tries = 0; found.length > 0 && tries < 20; tries += 1) {
        await page.waitForTimeout(100);
        found = await strangers();
      }
      assert.deepEqual([...new Set(found)], []);
      await inAllSizes(page, 'longer', faults);

      await speak(page, 'mirrored');
      assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
      assert.deepEqual(await page.evaluate(turned), []);
      await inAllSizes(page, 'mirrored', faults);

      await speak(page, 'de');
      await inAllSizes(page, 'German', faults);
      await close();
    });
  }
});

describe('from right to left', () => {
  it('is mirrored: the panel stands at the left, and the way back points to the right', async () => {
    const [scene, act] = scenes.panel;
    const { page, close } = await it_.open(scene);
    await act(page);
    await speak(page, 'mirrored');
    const [panel, table] = await page.evaluate(() =>
      ['aside', '[role="grid"]'].map((name) => document.querySelector(name).getBoundingClientRect().left),
    );
    assert.ok(panel < table);
    await page.keyboard.press('Control+,');
    const back = page.locator('main button svg.directed').first();
    assert.equal(await back.evaluate((icon) => getComputedStyle(icon).transform), 'matrix(-1, 0, 0, 1, 0, 0)');
    await close();
  });
});

describe('in German', () => {
  it('is chosen in the settings, where one stays', async () => {
    const { page, close } = await it_.open('few');
    await page.keyboard.press('Control+,');
    await page.locator('label', { hasText: 'Deutsch' }).click();
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
    assert.ok(await page.getByLabel('Deutsch').isChecked());
    await page.locator('label', { hasText: 'Wie das System' }).click();
    await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en-GB');
    await close();
  });

  it('leaves the words of a provider’s file in English, and says so', async () => {
    const [scene, act] = scenes['add-github'];
    const { page, close } = await it_.open(scene);
    await act(page);
    await speak(page, 'de');
    assert.equal(await page.locator('ol').first().getAttribute('lang'), 'en');
    assert.equal(
      await page.getByText('GitHub wants the client secret in the browser, even with PKCE.').getAttribute('lang'),
      'en',
    );
    await close();
  });

  it('is the system’s, before anything is shown', async () => {
    const { page, close } = await it_.open('few', { query: '&language=de' });
    await page.getByRole('button', { name: 'Verbindung hinzufügen' }).waitFor();
    await close();
  });
});
