import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { it, stage } from './harness.mjs';

let it_;
before(async () => (it_ = await stage()));
after(() => it_.close());

const focusedRow = (page) =>
  page.evaluate(() => document.activeElement?.getAttribute('data-row') ?? document.activeElement?.tagName ?? null);
const names = (page) => page.locator('[data-row] strong').allTextContents();
const rowOf = (page, name) => page.locator('[data-row]', { hasText: name });

/** Opens a scene, runs the body, and fails when the page complained. */
async function on(scene, options, body) {
  const { page, close } = await it_.open(scene, options);
  await body(page);
  await close();
}

describe('the table', () => {
  it('is one tab stop; arrows, Home, End and Enter move in it', () =>
    on('few', {}, async (page) => {
      const first = page.locator('[data-row]').first();
      assert.equal(await page.locator('[data-row][tabindex="0"]').count(), 1);
      assert.equal(await page.locator('[role=grid] button:not([tabindex="-1"])').count(), 0);
      await page.locator('#filter').focus();
      for (let i = 0; i < 5; i += 1) await page.keyboard.press('Tab');
      assert.equal(await focusedRow(page), await first.getAttribute('data-row'));

      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      assert.equal(await focusedRow(page), await page.locator('[data-row]').nth(2).getAttribute('data-row'));
      await page.keyboard.press('End');
      assert.equal(await focusedRow(page), await page.locator('[data-row]').last().getAttribute('data-row'));
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Reconnect');
      await page.keyboard.press('ArrowLeft');
      assert.equal(await focusedRow(page), await first.getAttribute('data-row'));

      await page.keyboard.press('Enter');
      await page.waitForSelector('#panel-title:focus');
      assert.equal(await page.textContent('#panel-title'), (await names(page))[0]);
      await page.keyboard.press('Escape');
      await page.waitForSelector('aside', { state: 'detached' });
      assert.equal(await focusedRow(page), await first.getAttribute('data-row'));
    }));

  it('sorts by attention and sums up', () =>
    on('all-statuses', {}, async (page) => {
      const words = await page.locator('[data-row] .word').allTextContents();
      assert.deepEqual(words.slice(0, 3), ['Unsaved', 'Action needed', 'Provider error']);
      assert.equal(words.at(-1), 'Not connected');
      assert.equal(new Set(words).size, 12);
      const shapes = await page
        .locator('[data-row] .status svg')
        .evaluateAll((svgs) => svgs.map((svg) => svg.innerHTML));
      assert.equal(new Set(shapes).size, 12, 'each status has a shape of its own');
      assert.equal(
        (await page.textContent('h1')).replaceAll('\u00a0', ' '),
        '3 connected, 5 need you, 1 waiting, 1 retrying, 1 offline, 1 not connected.',
      );
    }));

  it('filters with /, and Esc goes back one level at a time', () =>
    on('few', {}, async (page) => {
      await page.locator('[data-row]').first().focus();
      await page.keyboard.press('/');
      await page.keyboard.type('google');
      assert.deepEqual(await names(page), ['Google personal']);
      await page.keyboard.press('ArrowDown');
      assert.equal(await focusedRow(page), await rowOf(page, 'Google').getAttribute('data-row'));
      await page.keyboard.press('/');
      await page.keyboard.type(' zzz');
      assert.match(await page.textContent('.none'), /Nothing matches “google zzz”/);
      await page.keyboard.press('Escape');
      assert.equal((await names(page)).length, 6);
    }));

  it('says how many the filter lets through, and Ctrl A takes them wherever the focus is', () =>
    on('few', {}, async (page) => {
      const chips = page.getByRole('region', { name: 'Filters' });
      await page.locator('#filter').fill('google');
      assert.match(await chips.textContent(), /1 of 6/);
      await page.keyboard.press('Control+a');
      assert.equal(await page.locator('[data-row][aria-selected=true]').count(), 0, 'a field selects its text');
      await chips.getByRole('button', { name: 'Show all' }).click();
      await chips.waitFor({ state: 'detached' });
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press('Control+a');
      assert.equal(await page.locator('[data-row][aria-selected=true]').count(), 6);
    }));

  it('offers at the bottom only what the row can do', () =>
    on('few', {}, async (page) => {
      const keys = page.locator('footer .keys');
      await page.locator('[data-row]', { hasText: 'Google personal' }).focus();
      assert.match(await keys.textContent(), /Refresh.*Copy token/);
      await page.locator('[data-row]', { hasText: 'Slack billing' }).focus();
      assert.match(await keys.textContent(), /Connect.*Edit/);
      assert.doesNotMatch(await keys.textContent(), /Refresh|Copy token|Disconnect/);
    }));

  it('says nothing of an account that nobody knows', () =>
    on('few', {}, async (page) => {
      assert.equal(
        await page.locator('[data-row]', { hasText: 'Slack' }).locator('.name').textContent(),
        'Slack billing ',
      );
    }));

  it('keeps the focus when its row moves and when it goes', () =>
    on('few', {}, async (page) => {
      const row = rowOf(page, 'GitHub work');
      const id = await row.getAttribute('data-row');
      await row.focus();
      await page.evaluate((id) => {
        __fake.change(id, (v) => ({ ...v, status: { ...v.status, kind: 'action_needed', next: 'connect' } }));
      }, id);
      await page.waitForFunction((id) => document.querySelector('[data-row]').dataset.row === id, id);
      assert.equal(await focusedRow(page), id);
      await page.evaluate((id) => __fake.emit({ event: 'connections', revision: 900, changed: [], removed: [id] }), id);
      await row.waitFor({ state: 'detached' });
      assert.equal(await focusedRow(page), await page.locator('[data-row]').first().getAttribute('data-row'));
    }));

  it('ignores a revision older than what it shows', () =>
    on('few', {}, async (page) => {
      const rename = (revision, name) =>
        page.evaluate(
          ([revision, name]) => {
            const [view] = __fake.views();
            __fake.emit({ event: 'connections', revision, changed: [{ ...view, name }], removed: [] });
          },
          [revision, name],
        );
      await rename(50, 'Newest');
      await rename(49, 'Stale');
      assert.ok((await names(page)).includes('Newest'));
      assert.ok(!(await names(page)).includes('Stale'));
    }));

  it('draws a thousand rows as a few, reaches all of them, and does not lose the tab stop', () =>
    on('full-1000', {}, async (page) => {
      assert.ok((await page.locator('[data-row]').count()) < 60);
      assert.equal(await page.getAttribute('[role=grid]', 'aria-rowcount'), '1001');
      await page.locator('[data-row][tabindex="0"]').focus();
      await page.keyboard.press('End');
      await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '1001');
      await page.locator('[role=grid]').evaluate((grid) => grid.scrollTo(0, 0));
      await page.waitForFunction(() => document.querySelector('[data-row][aria-rowindex="2"]'));
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-rowindex')), '1001');
      await page.keyboard.press('Home');
      await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '2');
    }));

  it('ticks without moving anything', () =>
    on('all-statuses', { clock: true }, async (page) => {
      const places = () =>
        page
          .locator('[data-row] > *')
          .evaluateAll((cells) => cells.map((c) => [c.offsetLeft, c.offsetTop, c.offsetWidth].join()));
      const words = () => page.locator('[data-row] [role=timer]').allTextContents();
      const [before, said] = [await places(), await words()];
      await page.clock.runFor(11_000);
      assert.deepEqual(await places(), before);
      assert.notDeepEqual(await words(), said);
    }));

  it('fits at every width: no row is wider than the table, and its button keeps its distance from the edge', () =>
    on('all-statuses', {}, async (page) => {
      for (let width = 480; width <= 1320; width += 20) {
        await page.setViewportSize({ width, height: 400 });
        const [over, room] = await page.evaluate(() => {
          const table = document.querySelector('[role=grid]');
          const rows = [...table.querySelectorAll('[data-row]')];
          const edge = table.getBoundingClientRect().left + table.clientWidth;
          const right = (row) => row.querySelector('.step button')?.getBoundingClientRect().right ?? 0;
          return [
            Math.max(...rows.map((row) => row.scrollWidth - row.clientWidth)),
            edge - Math.max(...rows.map(right)),
          ];
        });
        assert.ok(over <= 0 && room >= 16, `${width} px wide: ${over} px over, ${room} px of room`);
      }
    }));

  it('and the panel scroll, never the page', () =>
    on('full-50', { viewport: { width: 1120, height: 480 } }, async (page) => {
      const spare = () => page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
      assert.equal(await spare(), 0);
      await page.locator('[data-row]').first().click();
      await page.waitForSelector('aside');
      assert.equal(await spare(), 0);
      assert.ok(await page.locator('aside .body').evaluate((body) => body.scrollHeight > body.clientHeight));
      await page.keyboard.press('Control+,');
      await page.getByText('GNOME Keyring / Secret Service: an item was written, read and deleted in 31 ms').waitFor();
      assert.equal(await spare(), 0);
    }));

  it('becomes cards in a small window, and the panel covers them', () =>
    on('few', { viewport: { width: 480, height: 360 } }, async (page) => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 480);
      const [name, status] = await Promise.all(
        ['.name', '.status'].map((cell) => page.locator(`[data-row] ${cell}`).first().boundingBox()),
      );
      assert.ok(status.y > name.y, 'the status stands under the name');
      await page.locator('[data-row]').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('#panel-title:focus');
      assert.equal(await page.locator('[role=grid]').isVisible(), false);
      await page.keyboard.press('Escape');
      await page.waitForSelector('[data-row]:focus');
    }));
});

describe('the window', () => {
  it('is under the app’s policy, and a breach of it fails these tests', async () => {
    const { page, close } = await it_.open('few');
    await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<p id="x" style="color: red">x</p>'));
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.getElementById('x')).color), 'rgb(255, 0, 0)');
    await assert.rejects(close, /Content Security Policy/);
  });

  it('says once that it has painted', () =>
    on('few', {}, async (page) => {
      await page.waitForSelector('html[data-painted]');
      await page.waitForTimeout(500);
      assert.equal(await page.getAttribute('html', 'data-painted'), '1');
    }));

  it('says so too while the profile is still being read', () =>
    on('loading', {}, async (page) => {
      await page.waitForSelector('html[data-painted]');
      assert.equal(await page.textContent('.loading'), 'Reading your connections…');
    }));

  it('has its background before any script runs, in light and dark', async () => {
    for (const [colorScheme, colour] of [
      ['light', 'rgb(245, 247, 247)'],
      ['dark', 'rgb(15, 22, 25)'],
    ]) {
      await on('few', { colorScheme }, async (page) => {
        assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), colour);
      });
    }
  });

  it('offers one sentence and one button when there is nothing yet', () =>
    on('empty', {}, async (page) => {
      assert.equal(await page.locator('.empty p').count(), 1);
      assert.equal(await page.locator('.empty button').count(), 1);
      await page.locator('.empty button').click();
      await page.waitForSelector('#provider-search');
    }));

  it('reveals a connection when the app asks for it', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('Control+,');
      const id = await page.evaluate(() => __fake.views()[1].id);
      await page.evaluate((connection) => __fake.emit({ event: 'focus', connection }), id);
      await page.waitForSelector('#panel-title:focus');
      assert.equal(await page.textContent('#panel-title'), 'Google personal');
    }));

  it('says what a button without words does', () =>
    on('few', {}, async (page) => {
      await page.locator('[data-row]').first().click();
      await page.waitForSelector('aside');
      const bare = await page
        .locator('button.bare')
        .evaluateAll((all) => all.map(({ title, ariaLabel }) => [title, ariaLabel]));
      assert.ok(bare.length >= 4);
      for (const [title, label] of bare) assert.equal(title, label);
    }));

  it('lists its keys', () =>
    on('few', {}, async (page) => {
      await page.keyboard.press('?');
      await page.waitForSelector('dialog[open]');
      assert.match(await page.textContent('dialog'), /Copy token/);
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
    }));
});
