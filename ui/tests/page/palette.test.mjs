// The command palette: every command by its name.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';
import { summon } from './scenes.mjs';

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

async function on(scene, body) {
  const { page, close } = await it_.open(scene);
  await body(page);
  await close();
}

const rowOf = (page, name) => page.locator('[data-row]', { hasText: name });
const titles = (page) => page.getByRole('option').locator('.what').allTextContents();
const groups = (page) => page.locator('[role=group] .title').allTextContents();
const chosen = (page) => page.locator('[role=option][aria-selected=true] .what').textContent();
const gone = (page) => page.getByRole('combobox').waitFor({ state: 'detached' });

describe('the palette', () => {
  it('begins with the connection at hand and what needs a person', () =>
    on('few', async (page) => {
      await rowOf(page, 'Google personal').focus();
      await summon('')(page);
      assert.deepEqual(await groups(page), ['Google personal', 'Needs you', 'Commands']);
      const all = await titles(page);
      assert.deepEqual(all.slice(0, 3), [
        'Reconnect Google personal',
        'Refresh Google personal',
        'Copy token: Google personal',
      ]);
      assert.ok(all.includes('Reconnect Microsoft bot'), all.join());
      assert.ok(
        !all.some((title) => /Cancel|Save the provider file|Clear the clipboard/.test(title)),
        'what cannot be done',
      );
    }));

  it('finds by every word, anywhere, and other connections too', () =>
    on('few', async (page) => {
      await summon('slack BILLING')(page);
      assert.deepEqual(await titles(page), [
        'Open Slack billing',
        'Connect Slack billing',
        'Edit settings of Slack billing',
        'Forget Slack billing',
      ]);
      await page.getByRole('combobox').fill('billing dark');
      assert.deepEqual(await titles(page), []);
      assert.match(await page.locator('dialog .none').textContent(), /“billing dark”/);
      assert.equal(await page.getByRole('combobox').getAttribute('aria-expanded'), 'false');
      await page.getByRole('combobox').fill('theme dark');
      assert.deepEqual(await titles(page), ['Theme: dark']);
    }));

  it('opens who is only named, before anything that changes it', () =>
    on('few', async (page) => {
      await rowOf(page, 'Google personal').focus();
      await summon('refresh google')(page);
      await page.keyboard.press('Enter');
      await gone(page);
      for (const words of ['google personal', 'microsoft']) {
        await summon(words)(page);
        assert.match(await chosen(page), /^Open /);
        await page.keyboard.press('Escape');
        await gone(page);
      }
    }));

  it('moves with the arrows, around the ends, and says where it is', () =>
    on('few', async (page) => {
      await summon('')(page);
      const all = await titles(page);
      assert.equal(await chosen(page), all[0]);
      await page.keyboard.press('ArrowUp');
      assert.equal(await chosen(page), all.at(-1));
      const field = page.getByRole('combobox');
      const id = await field.getAttribute('aria-activedescendant');
      assert.equal(await page.locator(`[id="${id}"] .what`).textContent(), all.at(-1));
      assert.ok(
        await page.locator(`[id="${id}"]`).evaluate((option) => {
          const [a, b] = [option.getBoundingClientRect(), option.closest('[role=listbox]').getBoundingClientRect()];
          return a.top >= b.top && a.bottom <= b.bottom;
        }),
        'it is in sight',
      );
      await page.keyboard.press('ArrowDown');
      assert.equal(await chosen(page), all[0]);
      await page.keyboard.type('sett');
      assert.match(await chosen(page), /settings/i);
    }));

  it('acts on Enter and on a click, and has closed before', () =>
    on('few', async (page) => {
      await summon('open slack')(page);
      await page.keyboard.press('Enter');
      await page.waitForSelector('#panel-title:focus');
      assert.equal(await page.textContent('#panel-title'), 'Slack billing');
      assert.equal(await page.getByRole('combobox').count(), 0);
      await summon('settings')(page);
      await page
        .getByRole('option', { name: 'Settings', exact: false })
        .locator('.what', { hasText: /^Settings$/ })
        .click();
      await page.waitForSelector('h1:focus');
      assert.equal(await page.textContent('h1'), 'Settings');
    }));

  it('closes with Esc and with its own keys, and gives the focus back', () =>
    on('few', async (page) => {
      await rowOf(page, 'Slack').focus();
      for (const key of ['Escape', 'Control+k']) {
        await summon('x')(page);
        await page.keyboard.press(key);
        await gone(page);
        await page.waitForFunction(() => document.activeElement?.textContent.includes('Slack'));
      }
    }));

  it('has what was used lately on top, as long as it can be done', () =>
    on('few', async (page) => {
      await rowOf(page, 'Slack').focus();
      await summon('refresh google')(page);
      await page.keyboard.press('Enter');
      await gone(page);
      await summon('')(page);
      assert.equal((await groups(page))[0], 'Used lately');
      assert.equal((await titles(page))[0], 'Refresh Google personal');
      assert.equal((await titles(page)).filter((title) => title === 'Refresh Google personal').length, 1);
      const id = await page.evaluate(() => __fake.views().find((v) => v.name === 'Google personal').id);
      // Where a page that is opened later finds it.
      assert.deepEqual(await page.evaluate(() => __fake.settings().used), [`refresh:${id}`]);
      await page.evaluate((id) => __fake.emit({ event: 'connections', revision: 900, changed: [], removed: [id] }), id);
      await page.waitForFunction(
        () => !document.querySelector('[role=listbox]').textContent.includes('Google personal'),
      );
    }));

  it('is not slow with a thousand connections, and says that there are more', () =>
    on('full-1000', async (page) => {
      await summon('')(page);
      const ms = await page.evaluate(async () => {
        const field = document.querySelector('[role=combobox]');
        const before = performance.now();
        field.value = 'refresh';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - before;
      });
      assert.equal(await page.getByRole('option').count(), 60);
      assert.match(await page.locator('dialog .rest').textContent(), /^The first 60 of \d+ are shown/);
      assert.ok(ms < 250, `a letter takes ${ms.toFixed(0)} ms`);
    }));
});
